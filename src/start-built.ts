/** The oldest that has what Pail uses. `engines` in package.json says it to npm, which only warns. */
const NODE_MAJOR = 24;

// How `bin/pail` starts in a package. Nothing else is imported here: an older Node could not load it, and would say so at length.
if (Number.parseInt(process.versions.node, 10) >= NODE_MAJOR) {
  await import("./main.ts");
} else {
  process.stderr.write(`pail: Node ${NODE_MAJOR} or newer is needed (found: ${process.version})\n`);
  process.exitCode = 1;
}
