import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { Failure } from "../../../model/failure.ts";
import { requireUsableCache } from "./require-usable-cache.ts";

const root = mkdtempSync(join(tmpdir(), "pail-cache-folder-"));
const newName = () => "name";
/** Elsewhere than temporary files, where a machine has another file system that can be written to. */
const ELSEWHERE = ["/dev/shm", "/var/tmp"].find(
  (path) => statSync(path, { throwIfNoEntry: false })?.dev !== statSync(root).dev,
);
const elsewhere = ELSEWHERE === undefined ? undefined : mkdtempSync(join(ELSEWHERE, "pail-cache-folder-"));
after(() => {
  for (const path of [root, elsewhere])
    if (path !== undefined) rmSync(path, { recursive: true, force: true });
});

function refuses(folder: string, reason: RegExp): Promise<void> {
  return assert.rejects(requireUsableCache(folder, newName), (error) => {
    assert.ok(error instanceof Failure && error.kind === "unavailable", String(error));
    assert.ok(error.message.startsWith(`Cannot use ${folder} as a cache: `));
    assert.match(error.message, reason);
    return true;
  });
}

test("a folder that is not there is made, and nothing is left of the trial", async () => {
  const folder = join(root, "new");
  await requireUsableCache(folder, newName);
  await requireUsableCache(folder, newName);
  assert.deepEqual(readdirSync(folder, { recursive: true }).sort(), ["objects", "staging", "views"]);
});

test("a link to a disk that is not mounted is named", async () => {
  const folder = join(root, "unmounted");
  symlinkSync(join(root, "disk"), folder);
  await refuses(folder, /unmounted is a link to a folder that is not there/);
});

test("a file in its place is named", async () => {
  const folder = join(root, "file");
  mkdirSync(folder);
  writeFileSync(join(folder, "views"), "");
  await refuses(folder, /views is not a folder/);
});

const skip = elsewhere === undefined && "there is one file system only";
test("folders on several file systems are refused, since no file could have names in both", {
  skip,
}, async () => {
  const folder = join(root, "split");
  mkdirSync(folder);
  symlinkSync(elsewhere!, join(folder, "objects"));
  await refuses(folder, /several file systems/);
  assert.deepEqual(readdirSync(join(folder, "staging")), []);
});
