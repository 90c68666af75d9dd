import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { build, type Plugin } from "esbuild";
import { DIST, ROOT } from "./paths.ts";

/**
 * Where processes, threads and importers begin. `project-files.ts` is one of them so that it is never made a part of a file in
 * another folder: it finds the others beside itself.
 */
const ENTRY_POINTS = [
  "start-built.ts",
  "project-files.ts",
  "testing/start-pail.ts",
  "testing/serve-parent.ts",
  "representations/markdown/render-worker.ts",
  "representations/highlighting/highlight-worker.ts",
  "storage/stored-objects/hash-worker.ts",
];

/** They have native files, so npm installs them beside the bundle. */
export const NOT_BUNDLED = ["@node-rs/argon2", "better-sqlite3"];
/** `pg` would load it if it were asked to. */
const NOT_USED = ["pg-native"];

/** Packages that are CommonJS ask for Node's own modules by `require`, which a module does not have. */
const REQUIRE = `import { createRequire } from "node:module"; const require = createRequire(import.meta.url);`;

/** @returns the folders of the packages that are in the bundle. */
export async function bundleProgram(): Promise<{ readonly packages: readonly string[] }> {
  const { metafile } = await build({
    absWorkingDir: ROOT,
    entryPoints: ENTRY_POINTS.map((path) => join(ROOT, "src", path)),
    outbase: join(ROOT, "src"),
    outdir: DIST,
    bundle: true,
    // What a command does not need is in files of its own, and not loaded.
    splitting: true,
    format: "esm",
    platform: "node",
    target: "node24",
    external: [...NOT_BUNDLED, ...NOT_USED],
    banner: { js: REQUIRE },
    // Whole in THIRD-PARTY-NOTICES.txt.
    legalComments: "none",
    plugins: [bundleRequired],
    metafile: true,
    logLevel: "warning",
  });
  const inputs = Object.keys(metafile.inputs);
  const folders = inputs.flatMap((path) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? []);
  return { packages: [...new Set(folders)].sort() };
}

/**
 * Two files load packages when they are first needed, by a `require` that they make. Without it the bundler takes the word for its own,
 * and bundles the package in the same way. What is named by a variable it finds only by a path.
 */
const bundleRequired: Plugin = {
  name: "bundle-required",
  setup({ onLoad }) {
    onLoad({ filter: /\/src\/.*\.ts$/ }, async ({ path }) => {
      const text = await readFile(path, "utf8");
      const made = "const require = createRequire(import.meta.url);";
      if (!text.includes(made)) return undefined;
      const grammar = /require\(`(highlight\.js\/lib\/languages\/\$\{name\})`\)/;
      return {
        loader: "ts",
        contents: text.replace(made, "").replace(grammar, "require(`../../../node_modules/$1.js`)"),
      };
    });
  },
};
