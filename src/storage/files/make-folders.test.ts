import assert from "node:assert/strict";
import { existsSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { Failure } from "../../model/failure.ts";
import { makeFolders } from "./make-folders.ts";

const root = mkdtempSync(join(tmpdir(), "pail-folders-"));
after(() => rmSync(root, { recursive: true, force: true }));

test("creates a folder with its parents, and tells the first that was not there", async () => {
  const path = join(root, "a", "b", "c");
  assert.equal(await makeFolders(path), join(root, "a"));
  assert.ok(existsSync(path));
  assert.equal(await makeFolders(path), undefined);
  assert.equal(await makeFolders(join(path, "d")), join(path, "d"));
});

test("folders that several create at once are there for all of them", async () => {
  const path = join(root, "at-once", "b", "c");
  await Promise.all([1, 2, 3].map(() => makeFolders(path)));
  assert.ok(existsSync(path));
});

// The limit is for a search of parents that does not end.
for (const [what, make] of [
  ["a link to a folder that is not there", (path: string) => symlinkSync(join(root, "unmounted"), path)],
  ["a file", (path: string) => writeFileSync(path, "")],
] as const)
  test(`${what} is refused and named to the operator alone`, { timeout: 10_000 }, async () => {
    const found = join(root, what);
    make(found);
    for (const below of [[], ["a"], ["a", "b"]]) {
      await assert.rejects(makeFolders(join(found, ...below)), (error) => {
        assert.ok(error instanceof Failure && error.kind === "unavailable", String(error));
        assert.equal(error.message.includes(root), false);
        assert.ok(error.details.reason?.startsWith(found), error.details.reason);
        return true;
      });
    }
  });
