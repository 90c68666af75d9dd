import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { needsMaintenance } from "./maintain.ts";

const root = mkdtempSync(join(tmpdir(), "pail-maintain-"));
after(() => rmSync(root, { recursive: true, force: true }));
const SIZES = new Map([["pack-1.pack", 1024 * 1024]]);

/** @param packSeconds from now. */
function newRepository(packSeconds: number, graphSeconds: number): string {
  const gitDir = mkdtempSync(join(root, "repository-"));
  const write = (folder: string, name: string, seconds: number) => {
    mkdirSync(join(gitDir, "objects", folder), { recursive: true });
    const path = join(gitDir, "objects", folder, name);
    writeFileSync(path, "");
    const time = Date.now() / 1000 + seconds;
    utimesSync(path, time, time);
  };
  write("pack", "pack-1.pack", packSeconds);
  write("info", "commit-graph", graphSeconds);
  return gitDir;
}

test("a large pack that is newer than the commit graph needs maintenance, and an older one does not", async () => {
  assert.equal(await needsMaintenance(newRepository(-10, -20), SIZES), true);
  assert.equal(await needsMaintenance(newRepository(-20, -10), SIZES), false);
});

test("a commit graph from a clock that was ahead keeps no maintenance away", async () => {
  assert.equal(await needsMaintenance(newRepository(-10, 86_400), SIZES), true);
});

test("a pack from a clock that was ahead asks for maintenance once, and not for ever", async () => {
  const gitDir = newRepository(86_400, -10);
  assert.equal(await needsMaintenance(gitDir, SIZES), true);
  const soon = Date.now() / 1000 + 1;
  utimesSync(join(gitDir, "objects", "info", "commit-graph"), soon, soon);
  assert.equal(await needsMaintenance(gitDir, SIZES), false);
});
