import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { takeMaintenancePlace } from "./maintenance-place.ts";

const root = mkdtempSync(join(tmpdir(), "pail-place-"));
after(() => rmSync(root, { recursive: true, force: true }));

/** A repository whose mark was made by a clock that was a day ahead. */
function markedByClockAhead(name: string, owner: number | undefined): string {
  const gitDir = join(root, name);
  for (const folder of ["pack", "info"]) mkdirSync(join(gitDir, "objects", folder), { recursive: true });
  const mark = join(gitDir, "maintenance.lock");
  writeFileSync(mark, String(owner));
  const tomorrow = Date.now() / 1000 + 86_400;
  utimesSync(mark, tomorrow, tomorrow);
  return gitDir;
}

test("a mark from a clock that was ahead is taken over when its owner is gone", async () => {
  const { pid } = spawnSync("true");
  const giveBack = await takeMaintenancePlace(markedByClockAhead("gone", pid));
  assert.ok(giveBack !== undefined);
  await giveBack();
});

test("a mark from a clock that was ahead is left to an owner that runs", async () => {
  assert.equal(await takeMaintenancePlace(markedByClockAhead("runs", process.ppid)), undefined);
});
