import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { openPailCommand } from "../../../tests/support/server/pail-command.ts";

const pail = openPailCommand();
const written = await pail.run(["completion", "bash"]);
const script = join(pail.folder, "pail.bash");
writeFileSync(script, written.stdout);

/** What a real bash offers for a line whose last word is being typed. */
async function complete(line: string): Promise<readonly string[]> {
  const words = line.split(" ");
  const program = `source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _pail; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout, stderr } = await promisify(execFile)(
    "bash",
    ["--noprofile", "--norc", "-c", program, "bash", script, ...words],
    { cwd: pail.folder },
  );
  assert.equal(stderr, "");
  return stdout.split("\n").filter((word) => word !== "");
}

test("bash completes commands, verbs, options and their values", async () => {
  assert.equal(written.status, 0, written.stderr);
  assert.deepEqual(await complete("pail tok"), ["token"]);
  assert.deepEqual(await complete("pail completion"), ["completion"]);
  assert.ok((await complete("pail token ")).includes("create"));
  assert.deepEqual(await complete("pail token create --na"), ["--name"]);
  assert.deepEqual(await complete("pail serve --identity "), ["strict", "lenient"]);
  assert.deepEqual(await complete("pail serve --port "), []);
  mkdirSync(join(pail.folder, "folder-a"));
  writeFileSync(join(pail.folder, "file-b"), "");
  assert.deepEqual(await complete("pail serve --data fo"), ["folder-a"]);
  assert.deepEqual(await complete("pail serve --tls-cert fi"), ["file-b"]);
  assert.ok((await complete("pail serve --data folder-a --")).includes("--public-url"));
});

test("every command has a manual page with its verbs and options", async () => {
  const folder = join(pail.folder, "man");
  const { status, stdout, stderr } = await pail.run(["man", "--output", folder]);
  assert.equal(status, 0, stderr);
  const pages = readdirSync(folder);
  assert.match(stdout, new RegExp(`^${pages.length} pages in `));
  const main = readFileSync(join(folder, "pail.1"), "utf8");
  for (const page of pages.filter((name) => name !== "pail.1")) {
    assert.ok(main.includes(`.BR ${page.replace(/\.1$/, "").replaceAll("-", "\\-")} (1)`), page);
  }
  const token = readFileSync(join(folder, "pail-token.1"), "utf8");
  assert.match(token, /\.SH TOKEN CREATE\n/);
  assert.match(token, /\.B \\-\\-name <name>\n/);
  assert.match(token, /pail token create/);
  for (const page of pages)
    assert.doesNotMatch(
      readFileSync(join(folder, page), "utf8"),
      /^'|\n(?:'|\.(?!\\"|[A-Z]{1,2}\b|nf\b|fi\b|sp\b|br\b))/,
      page,
    );
});

test("a shell that is none is refused with those that are", async () => {
  const { status, stderr } = await pail.run(["completion", "tcsh"]);
  assert.equal(status, 2);
  assert.match(stderr, /bash, zsh, fish/);
});
