import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { openRealGit } from "../../../tests/support/git/real-git.ts";
import type { ObjectId } from "../../model/object-id.ts";
import { findMergeBase } from "./find-merge-base.ts";
import { listConflicts } from "./list-conflicts.ts";
import { MalformedMergeError, parseMergeOutput } from "./parse-merge-output.ts";

const git = openRealGit();
const gitDir = git.newPath("repository.git");
let objectFolder: string;

before(async () => {
  await git.out(["init", "--bare", "--quiet"], { folder: gitDir });
  objectFolder = await mkdtemp(join(tmpdir(), "pail-objects-"));
});
after(() => rm(objectFolder, { recursive: true }));

const TEN_LINES = Array.from({ length: 10 }, (_, line) => `line ${line}\n`).join("");

/** A file's text, or `link:`, `module:` or `exec:` in front of what such an entry has. */
type Files = Readonly<Record<string, string>>;

function entry(path: string, text: string): string {
  const [, kind, rest] = /^(?:(link|module|exec):)?(.*)$/s.exec(text)!;
  if (kind === "module") return `M 160000 ${rest!.repeat(40)} ${path}\n`;
  const mode = kind === "link" ? "120000" : kind === "exec" ? "100755" : "100644";
  return `M ${mode} inline ${path}\ndata ${Buffer.byteLength(rest!)}\n${rest}\n`;
}

async function commit(branch: string, files: Files, parent?: ObjectId): Promise<ObjectId> {
  const input = [
    `commit refs/heads/${branch}\ncommitter C <c@c> 1 +0000\ndata 0\n`,
    parent === undefined ? "" : `from ${parent}\n`,
    "deleteall\n",
    ...Object.entries(files).map(([path, text]) => entry(path, text)),
  ].join("");
  await git.out(["fast-import", "--quiet", "--force"], { folder: gitDir, input });
  return (await git.out(["rev-parse", branch], { folder: gitDir })) as ObjectId;
}

async function conflictsOf(base: Files, source: Files, destination: Files) {
  const root = await commit("base", base);
  const sides = {
    source: await commit("source", source, root),
    destination: await commit("destination", destination, root),
  };
  const signal = new AbortController().signal;
  const before = await git.out(["count-objects", "-v"], { folder: gitDir });
  const conflicts = await listConflicts({ gitDir, objectFolder, signal, ...sides });
  assert.equal(await git.out(["count-objects", "-v"], { folder: gitDir }), before, "nothing is written");
  return conflicts.map(({ path, scenario }) => `${path} ${scenario}`);
}

for (const [why, base, source, destination, expected] of [
  ["one side alone changes", { f: "a\n" }, { f: "b\n" }, { f: "a\n", g: "c\n" }, []],
  ["both change the same line", { f: "a\n" }, { f: "b\n" }, { f: "c\n" }, ["f content"]],
  ["both add a file", { f: "a\n" }, { f: "a\n", g: "1\n" }, { f: "a\n", g: "2\n" }, ["g content"]],
  ["both change a binary file", { f: "\0a" }, { f: "\0b" }, { f: "\0c" }, ["f binary"]],
  ["the source deletes", { f: "a\n", k: "k" }, { k: "k" }, { f: "b\n", k: "k" }, ["f delete_modify"]],
  ["the destination deletes", { f: "a\n", k: "k" }, { f: "b\n", k: "k" }, { k: "k" }, ["f modify_delete"]],
  ["the source renames", { f: TEN_LINES, k: "k" }, { g: TEN_LINES, k: "k" }, { k: "k" }, ["g rename_delete"]],
  [
    "the destination renames",
    { f: TEN_LINES, k: "k" },
    { k: "k" },
    { g: TEN_LINES, k: "k" },
    ["g delete_rename"],
  ],
  ["both rename", { f: TEN_LINES }, { g: TEN_LINES }, { h: TEN_LINES }, ["f rename", "g rename", "h rename"]],
  ["both move a link", { l: "link:a" }, { l: "link:b" }, { l: "link:c" }, ["l symlink"]],
  ["both move a submodule", { m: "module:1" }, { m: "module:2" }, { m: "module:3" }, ["m subrepo"]],
  [
    "a folder in the source, a file in the destination",
    { k: "k" },
    { k: "k", "d/f": "a" },
    { k: "k", d: "b" },
    ["d directory_file"],
  ],
  [
    "a file in the source, a folder in the destination",
    { k: "k" },
    { k: "k", d: "b" },
    { k: "k", "d/f": "a" },
    ["d file_directory"],
  ],
  ["a link and a file", { k: "k" }, { k: "k", f: "link:a" }, { k: "k", f: "b\n" }, ["f type"]],
  ["one content with two modes", { k: "k" }, { k: "k", f: "exec:a\n" }, { k: "k", f: "a\n" }, ["f mode"]],
  [
    "several files, in the order of their names",
    { b: "1", a: "1", "a/é": "1" },
    { b: "2", "a/é": "2" },
    { b: "3", "a/é": "3" },
    ["a/é content", "b content"],
  ],
] as const) {
  test(why, async () => assert.deepEqual(await conflictsOf(base, source, destination), expected));
}

test("commits without a common ancestor have no merge base", async () => {
  const one = await commit("one", { f: "1" });
  const other = await commit("other", { f: "2" });
  const later = await commit("later", { f: "3" }, one);
  const options = { gitDir, signal: new AbortController().signal };
  assert.equal(await findMergeBase(options, one, other), undefined);
  assert.equal(await findMergeBase(options, later, one), one);
});

for (const text of ["tree\0nonsense\0", "tree\0\0x\0", "tree\0\x001\0a\0", "tree\0\x00999999\0"]) {
  test(`refuses ${JSON.stringify(text)}`, () => {
    assert.throws(() => parseMergeOutput(Buffer.from(text)), MalformedMergeError);
  });
}
