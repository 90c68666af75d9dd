// A machine that lacks what Pail needs: each command says in one sentence what to do.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { openPailCommand } from "../../../tests/support/server/pail-command.ts";

const ROOT = join(import.meta.dirname, "..", "..", "..");
const folder = realpathSync(mkdtempSync(join(tmpdir(), "pail-stranger-")));
after(() => rmSync(folder, { recursive: true, force: true }));
const pail = openPailCommand();

/** Folders with nothing but these programs in them. */
const TOOLS = join(folder, "tools");
const OLD_GIT = join(folder, "old-git");

before(() => {
  mkdirSync(TOOLS);
  for (const name of ["sh", "dirname", "readlink"]) symlinkSync(findProgram(name), join(TOOLS, name));
  mkdirSync(OLD_GIT);
  writeProgram(join(OLD_GIT, "git"), "echo git version 2.38.1");
});

function findProgram(name: string): string {
  const folders = ["/bin", "/usr/bin", "/usr/local/bin"];
  return join(folders.find((folder) => readdirSync(folder).includes(name))!, name);
}

function writeProgram(path: string, script: string): void {
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
}

for (const args of [
  ["serve", "--port", "0"],
  ["demo", "--port", "0"],
  ["backup", "backup"],
  ["restore", "backup"],
  ["fsck"],
  ["repository", "import", "old.git", "--workspace", "team"],
]) {
  test(`${args.slice(0, 2).join(" ")}: git that is missing or too old is told before anything is done`, async () => {
    const missing = await pail.run(args, { PATH: TOOLS });
    assert.equal(
      missing.stderr,
      "pail: git is not on the PATH: install git 2.39 or newer, Pail cannot work without it\n",
    );
    assert.deepEqual([missing.status, missing.stdout], [1, ""]);
    const old = await pail.run(args, { PATH: `${OLD_GIT}:${TOOLS}` });
    assert.equal(old.stderr, "pail: git 2.38.1 is too old: Pail needs git 2.39 or newer\n");
    assert.deepEqual([old.status, old.stdout], [1, ""]);
    assert.deepEqual(
      readdirSync(pail.folder).filter((name) => name === "data"),
      [],
    );
  });
}

test("what needs no git does without", async () => {
  const data = ["--data", "accounts-only"];
  for (const args of [
    ["account", "create", "--email", "a@example.com", "--username", "a", ...data],
    ["token", "list", ...data],
    ["--version"],
  ]) {
    const outcome = await pail.run(args, { PATH: TOOLS });
    assert.equal(outcome.status, 0, outcome.stderr);
  }
});

/** A checkout after `npm ci --ignore-scripts`: all packages are there, and the pinned Node is not. */
function createCheckout(name: string): string {
  const checkout = join(folder, name);
  mkdirSync(join(checkout, "bin"), { recursive: true });
  copyFileSync(join(ROOT, "bin", "pail"), join(checkout, "bin", "pail"));
  symlinkSync(join(ROOT, "src"), join(checkout, "src"));
  copyFileSync(join(ROOT, "package.json"), join(checkout, "package.json"));
  return checkout;
}

function addPackages(checkout: string): void {
  mkdirSync(join(checkout, "node_modules"));
  for (const each of readdirSync(join(ROOT, "node_modules")))
    if (each !== "node" && !each.startsWith("."))
      symlinkSync(join(ROOT, "node_modules", each), join(checkout, "node_modules", each));
}

async function runIn(checkout: string, path: string, ...args: readonly string[]) {
  const child = spawn(join(checkout, "bin", "pail"), args, { env: { PATH: path }, stdio: "pipe" });
  let said = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (text: string) => {
      said += text;
    });
  child.stdin.end();
  const [status] = await once(child, "close");
  return { status, said };
}

test("without packages the one command that is missing is named", async () => {
  const checkout = createCheckout("empty");
  assert.deepEqual(await runIn(checkout, TOOLS, "--version"), {
    status: 1,
    said: `pail: its packages are not installed: run 'npm ci' in ${checkout}\n`,
  });
});

test("without the pinned Node the machine's own runs it, if it is new enough", async () => {
  const checkout = createCheckout("scripts-ignored");
  addPackages(checkout);
  const nodes = join(folder, "nodes");
  mkdirSync(nodes);
  const problem = (found: string) => ({
    status: 1,
    said: `pail: Node 24 or newer is needed (found: ${found}): install it, or run 'npm ci' without --ignore-scripts in ${checkout}\n`,
  });
  assert.deepEqual(await runIn(checkout, TOOLS, "--version"), problem("none"));
  for (const version of ["v20.20.2", "v8.0.0", "nonsense"]) {
    writeProgram(join(nodes, "node"), `echo ${version}`);
    assert.deepEqual(await runIn(checkout, `${nodes}:${TOOLS}`, "--version"), problem(version));
  }
  rmSync(join(nodes, "node"));
  symlinkSync(process.execPath, join(nodes, "node"));
  assert.deepEqual(await runIn(checkout, `${nodes}:${TOOLS}`, "--version"), { status: 0, said: "0.1.0\n" });
});
