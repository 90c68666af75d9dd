import assert from "node:assert/strict";
import { test } from "node:test";
import { fc } from "../../tests/support/fuzzing/seeded-properties.ts";
import { openRealGit } from "../../tests/support/git/real-git.ts";
import { parseFilePath } from "./file-path.ts";

for (const [text, path] of [
  ["a", "a"],
  ["/a/b c.txt", "a/b c.txt"],
  ["a\\b", "a\\b"],
  ["...", "..."],
  [".gitignore", ".gitignore"],
  ["git~2/x", "git~2/x"],
  ["ünï/😀", "ünï/😀"],
  ["n".repeat(255), "n".repeat(255)],
  ["", undefined],
  ["/", undefined],
  ["//a", undefined],
  ["a/", undefined],
  ["a//b", undefined],
  [".", undefined],
  ["a/../b", undefined],
  ["a\nb", undefined],
  ["a\u{7f}", undefined],
  ["\ud800", undefined],
  ["n".repeat(256), undefined],
  [`${"a/".repeat(2048)}b`, undefined],
  [".git", undefined],
  ["a/.GiT/b", undefined],
  [".git. . ", undefined],
  ["GIT~1", undefined],
  [".git:stream", undefined],
  [".g\u200cit", undefined],
  ["a\\.git", undefined],
  [".git\\a", undefined],
] as const) {
  test(`${JSON.stringify(text.slice(0, 20))} is ${path === undefined ? "no path" : "a path"}`, () => {
    assert.equal(parseFilePath(text), path);
  });
}

test("git takes every path that is read, with its guards for HFS+ and NTFS up", async () => {
  const git = openRealGit();
  const folder = git.newPath("repository");
  await git.out(["init", "--quiet", folder]);
  const id = await git.out(["hash-object", "-w", "--stdin"], { folder, input: "x" });
  const piece = fc.constantFrom(
    ".",
    "..",
    ".git",
    ".GIT",
    "git~1",
    " ",
    ":",
    "\\",
    "\u200c",
    "\ufeff",
    "a",
    "/",
    "~",
  );
  const paths = fc.sample(fc.array(piece, { minLength: 1, maxLength: 5 }), { numRuns: 400, seed: 7 });
  const taken = new Set(paths.flatMap((pieces) => parseFilePath(pieces.join("")) ?? []));
  assert.ok(taken.size > 50, String(taken.size));
  for (const path of taken) {
    const index = { GIT_INDEX_FILE: `${folder}/index-${taken.size}` };
    const config = { "core.protectHFS": "true", "core.protectNTFS": "true" };
    const input = `100644 ${id}\t${path}\0`;
    await git.out(["read-tree", "--empty"], { folder, environment: index });
    await git.out(["update-index", "-z", "--index-info"], { folder, environment: index, config, input });
    const listed = await git.out(["ls-files", "-z"], { folder, environment: index });
    assert.equal(listed, `${path}\0`, JSON.stringify(path));
  }
});
