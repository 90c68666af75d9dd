import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { openDiskMaintenance } from "./disk-maintenance.ts";

const root = mkdtempSync(join(tmpdir(), "pail-maintenance-"));
after(() => rmSync(root, { recursive: true, force: true }));

const OPTIONS = {
  staging: () => join(root, "staging"),
  linkFile: undefined,
  signal: new AbortController().signal,
};

function newRepository(name: string): string {
  const gitDir = join(root, name);
  for (const folder of ["pack", "info"]) mkdirSync(join(gitDir, "objects", folder), { recursive: true });
  return gitDir;
}

test("a repository shows that it is maintained, also if a note was left", async () => {
  const gitDir = newRepository("noted");
  const note = join(gitDir, "maintenance.lock");
  writeFileSync(note, "1\n");
  const opened = await openDiskMaintenance(gitDir, OPTIONS);
  assert.equal(readFileSync(note, "utf8"), `${process.pid}\n`);
  await opened.close();
  assert.ok(!existsSync(note));
});

test("what git has left is removed, but not what it may be writing", async () => {
  const gitDir = newRepository("left");
  const files = ["objects/pack/tmp_pack_old", "objects/info/commit-graph.lock", "objects/pack/tmp_pack_new"];
  const [old, ahead, young] = files.map((name) => join(gitDir, name)) as [string, string, string];
  for (const path of [old, ahead, young]) writeFileSync(path, "");
  const now = Date.now() / 1000;
  utimesSync(old, now - 3_600, now - 3_600);
  utimesSync(ahead, now + 86_400, now + 86_400);
  await (await openDiskMaintenance(gitDir, OPTIONS)).close();
  assert.deepEqual(
    [old, ahead, young].map((path) => existsSync(path)),
    [false, false, true],
  );
});
