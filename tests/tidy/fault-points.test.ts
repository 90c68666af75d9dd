import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { FAULT_POINT_VARIABLE, FAULT_POINTS, STORE_FAULT_POINTS } from "../../src/fault-points.ts";
import { BACKUP_POINTS, RESTORE_POINTS } from "../durability/kills/backup-points.ts";
import { POINTS_OF_COMMANDS } from "../durability/kills/commands.ts";
import { POINTS_OF_MERGES } from "../durability/kills/merge-points.ts";
import { POINTS_OF_STARTS, POINTS_OF_STEPS } from "../durability/kills/steps.ts";

const ROOT = join(import.meta.dirname, "..", "..");
const SOURCES = globSync("src/**/*.ts", { cwd: ROOT })
  .filter((name) => name !== "src/fault-points.ts" && !name.endsWith(".test.ts"))
  .map((name) => readFileSync(join(ROOT, name), "utf8"));

/** The test of older data folders kills at these, and says itself whether they were reached. */
const OF_MIGRATIONS = ["migration.applied", "migration.recorded"];

test("each fault point is at one place of the source, and every place has a declared one", () => {
  const used = SOURCES.flatMap((text) =>
    [...text.matchAll(/reachFaultPoint\("([^"]+)"\)/g)].map(([, point]) => point!),
  );
  const ofGit = FAULT_POINTS.filter((point) => point.startsWith("git "));
  assert.deepEqual([...used, ...ofGit].sort(), [...FAULT_POINTS, ...STORE_FAULT_POINTS].sort());
});

test("each fault point is one that tests kill at, where they say whether it was reached", () => {
  const tested = new Set<string>([
    ...Object.values(POINTS_OF_STEPS).flat(),
    ...Object.values(POINTS_OF_COMMANDS).flat(),
    ...Object.values(POINTS_OF_MERGES).flat(),
    ...POINTS_OF_STARTS,
    ...OF_MIGRATIONS,
    ...BACKUP_POINTS,
    ...RESTORE_POINTS,
  ]);
  assert.deepEqual(
    FAULT_POINTS.filter((point) => !tested.has(point)),
    [],
    "give it a step in tests/durability/kills/steps.ts that it is on the way of",
  );
});

test("nothing of the product sets a fault point: it is the environment's alone", () => {
  for (const text of SOURCES) {
    assert.ok(!text.includes(FAULT_POINT_VARIABLE), "only src/fault-points.ts reads the variable");
    assert.ok(!text.includes("FAULT_POINT_VARIABLE"), "no process is started with the variable");
  }
});
