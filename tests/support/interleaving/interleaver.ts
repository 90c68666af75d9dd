import { setTimeout as delay } from "node:timers/promises";
import type { KyselyPlugin } from "kysely";
import type { Database } from "../../../src/storage/sql/database.ts";
import type { TestApp } from "../server/test-app.ts";

/** Who waits at no gate for so long is in git, in the network, or waits for the other's lock. */
const IDLE_MS = 4;

/** A small generator of numbers from a seed (mulberry32), so that a failing run can be made again. */
export function numbersFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
}

export type Interleaver = {
  /**
   * Runs two things side by side: each is stopped behind every statement and before every transaction, and chance says which
   * goes on.
   *
   * @param forbids whether the other one may change nothing any more once the first has been answered.
   * @returns both results, and how often a transaction of the other one was committed that had begun later than that answer,
   * or had not been committed yet.
   */
  run<A, B>(
    first: () => Promise<A>,
    second: () => Promise<B>,
    forbids: (result: A) => boolean,
  ): Promise<{ readonly results: readonly [A, B]; readonly lateCommits: number }>;
};

/** Puts gates into an app. Outside of `run` they are open. */
export function openInterleaver(app: TestApp, seed: number): Interleaver {
  const next = numbersFrom(seed);
  const { dialect } = app.ports.database;
  let isRunning = false;
  let isForbidden = false;
  let lateCommits = 0;
  let waiting: (() => void)[] = [];

  const gate = () => (isRunning ? new Promise<void>((go) => waiting.push(go)) : Promise.resolve());
  const behindStatements: KyselyPlugin = {
    transformQuery: ({ node }) => node,
    async transformResult({ result }) {
      await gate();
      return result;
    },
  };
  const reads = app.ports.database as { kysely: Database["kysely"] };
  reads.kysely = reads.kysely.withPlugin(behindStatements);
  for (const owner of [app.ports.transactions, app.ports.database] as {
    transaction: Database["transaction"];
  }[]) {
    const { transaction } = owner;
    owner.transaction = async (work, options) => {
      await gate();
      let wasForbidden = isForbidden;
      const result = await transaction(async (tx) => {
        // On SQLite a transaction is alone: to stop it stops the other one too.
        const done = await work(dialect === "postgres" ? tx.withPlugin(behindStatements) : tx);
        wasForbidden ||= isForbidden;
        return done;
      }, options);
      if (wasForbidden) lateCommits += 1;
      return result;
    };
  }

  return {
    async run(first, second, forbids) {
      isRunning = true;
      lateCommits = 0;
      let unfinished = 2;
      const counted = async <T>(work: () => Promise<T>): Promise<T> => {
        try {
          return await work();
        } finally {
          unfinished -= 1;
        }
      };
      const one = counted(first).then((result) => {
        isForbidden = forbids(result);
        return result;
      });
      const both = Promise.all([one, counted(second)]);
      both.catch(() => {});
      for (let idle = 0; unfinished > 0; ) {
        await delay(1);
        idle += 1;
        if (waiting.length === 0 || (waiting.length < unfinished && idle < IDLE_MS)) continue;
        const [go] = waiting.splice(next() % waiting.length, 1);
        go!();
        idle = 0;
      }
      isRunning = false;
      isForbidden = false;
      for (const go of waiting) go();
      waiting = [];
      return { results: await both, lateCommits };
    },
  };
}
