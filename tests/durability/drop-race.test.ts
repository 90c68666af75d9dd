// Pushes, REST writes, forks and repacks that drop objects, in random orders: `tests/long/drop-race.test.ts` has more of them.
import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { createMigratedDatabaseSettings } from "../support/database/test-database.ts";
import { makeRaceCommits, type RaceCounts, runDropRace } from "../support/git/drop-race.ts";
import { INSTALLATION_KINDS } from "../support/object-store/both-kinds.ts";
import { startFilledApp } from "../support/server/filled-app.ts";

const SEEDS = [1, 2, 3, 4];

for (const { dialect, objectStore, where } of INSTALLATION_KINDS)
  describe(`a race of writes and drops on ${where}`, async () => {
    const testDatabase = await createMigratedDatabaseSettings(dialect);
    const filled = await startFilledApp({ database: testDatabase.settings, objectStore });
    after(() => testDatabase.remove());
    const commits = await makeRaceCommits(filled);
    const sum: RaceCounts = { accepted: 0, refused: 0, drops: 0, forks: 0 };

    for (const seed of SEEDS)
      test(`leaves everything whole with seed ${seed}`, async () => {
        const counts = await runDropRace(filled, commits, seed);
        for (const key of Object.keys(sum) as (keyof RaceCounts)[]) sum[key] += counts[key];
      });

    test("had drops, forks, and writes that were taken", () => {
      assert.ok(sum.accepted > 20 && sum.drops >= SEEDS.length, JSON.stringify(sum));
    });
  });
