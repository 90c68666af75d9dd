import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Dialect } from "../../../src/storage/sql/migrations/migration.ts";
import { createMigratedDatabaseSettings } from "../database/test-database.ts";
import { startTestApp, type TestApp } from "../server/test-app.ts";
import { PAIRS } from "./interleaved-operations.ts";
import { type Interleaver, numbersFrom, openInterleaver } from "./interleaver.ts";
import { faultsAfter, strayFiles } from "./pair-faults.ts";
import { type Cast, openCast, openTrial } from "./trial.ts";

/** Pairs of operations in orders by chance: `count` of them, each pair as often as any other. */
export function describePairs(dialect: Dialect, { seed, count }: { seed: number; count: number }): void {
  describe(`${count} pairs of operations, interleaved, on ${dialect}, seed ${seed}`, () => {
    let app: TestApp;
    let cast: Cast;
    let interleaver: Interleaver;
    let close = async () => {};

    before(async () => {
      const testDatabase = await createMigratedDatabaseSettings(dialect);
      app = await startTestApp({ database: testDatabase.settings });
      close = async () => {
        await app.close();
        await testDatabase.remove();
      };
      cast = await openCast(app);
      interleaver = openInterleaver(app, seed);
    });
    after(() => close());

    for (const [number, pair] of drawPairs(seed, count).entries()) {
      const [first, second] = pair;
      test(`${number}: ${first.name}; ${second.name}`, async () => {
        const trial = await openTrial(app, cast, number);
        const needsPublic = pair.some(
          ({ name }) => name.startsWith("fork") || name.startsWith("made private"),
        );
        if (needsPublic) await cast.owner.rest("PUT", trial.path, { is_private: false });
        const forbids = (status: number) => status < 300 && first.forbids?.includes(second.name) === true;
        const { results, lateCommits } = await interleaver.run(
          () => first.run(trial),
          () => second.run(trial),
          forbids,
        );
        const faults = await faultsAfter(trial, pair, results);
        assert.deepEqual(faults, [], `answered ${results.join(" and ")}`);
        assert.equal(lateCommits, 0, `${second.name} was done after ${first.name}: ${results.join(" and ")}`);
      });
    }

    test("each row has its files, and each file its row", async () => {
      assert.deepEqual(await strayFiles(app), []);
    });
  });
}

function drawPairs(seed: number, count: number) {
  const next = numbersFrom(seed);
  const drawn = [];
  let left = [...PAIRS];
  while (drawn.length < count) {
    if (left.length === 0) left = [...PAIRS];
    drawn.push(...left.splice(next() % left.length, 1));
  }
  return drawn;
}
