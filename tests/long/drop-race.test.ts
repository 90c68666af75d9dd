import { after, describe, test } from "node:test";
import { createMigratedDatabaseSettings } from "../support/database/test-database.ts";
import { makeRaceCommits, runDropRace } from "../support/git/drop-race.ts";
import { INSTALLATION_KINDS } from "../support/object-store/both-kinds.ts";
import { startFilledApp } from "../support/server/filled-app.ts";

/** `SEED=…` repeats one that a failing run has named; `RUNS=…` makes more or fewer of them. */
const RUNS = Number(process.env.RUNS ?? 1_000);
const FIRST = Number(process.env.SEED ?? Date.now() % 1_000_000);
const COUNT = process.env.SEED === undefined ? RUNS : 1;

for (const { dialect, objectStore, where } of INSTALLATION_KINDS)
  describe(`a race of writes and drops on ${where}`, async () => {
    const testDatabase = await createMigratedDatabaseSettings(dialect);
    const filled = await startFilledApp({ database: testDatabase.settings, objectStore });
    after(() => testDatabase.remove());
    const commits = await makeRaceCommits(filled);

    test(`leaves everything whole in ${COUNT} runs from seed ${FIRST} on`, {
      timeout: 4 * 3_600_000,
    }, async () => {
      for (let run = 0; run < COUNT; run += 1) await runDropRace(filled, commits, FIRST + run);
    });
  });
