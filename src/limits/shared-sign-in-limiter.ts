import type { Logger } from "pino";
import {
  changesOfSuccess,
  countsOfAttempt,
  decideAttempt,
  type SignInAttempt,
  type SignInChange,
  type SignInCounts,
} from "./decide-sign-in.ts";
import type { OpenedSignInLimiter } from "./sign-in-limiter.ts";

/** Where all nodes count tries to sign in. */
export type SignInStore = {
  read(names: readonly string[]): Promise<SignInCounts>;
  /** Reads and changes the counts in one transaction, which others with one of the names wait for. */
  change(names: readonly string[], decide: (counts: SignInCounts) => readonly SignInChange[]): Promise<void>;
};

/**
 * Counts tries in the database, one after the other, so that many nodes let through no more than one would: a password takes
 * some 30 ms to check, and this a few. While the database is away this node counts by itself.
 */
export function openSharedSignInLimiter({
  store,
  nameOf,
  alone,
  clock,
  log,
}: {
  readonly store: SignInStore;
  /** The name of a count in the store, which tells nobody whose it is. */
  readonly nameOf: (name: string) => string;
  readonly alone: OpenedSignInLimiter;
  readonly clock: () => Date;
  readonly log: Logger;
}): OpenedSignInLimiter {
  const pending = new Set<Promise<void>>();
  const notCounted = (error: unknown) =>
    log.warn({ err: error }, "a sign-in was counted by this node alone: the database does not answer");

  /** The logic has names of its own. */
  function translate(attempt: SignInAttempt) {
    const names = countsOfAttempt(attempt);
    const stored = new Map(names.map((name) => [name, nameOf(name)]));
    return {
      names: [...stored.values()],
      counts: (read: SignInCounts): SignInCounts =>
        new Map(
          names.flatMap((name) => {
            const count = read.get(stored.get(name)!);
            return count === undefined ? [] : [[name, count] as const];
          }),
        ),
      changes: (changes: readonly SignInChange[]) =>
        changes.map((change) => ({ ...change, name: stored.get(change.name)! })),
    };
  }

  async function begin(attempt: SignInAttempt): Promise<Date | undefined> {
    const { names, counts, changes } = translate(attempt);
    const now = clock().getTime();
    const decide = (read: SignInCounts) => decideAttempt(attempt, counts(read), now);
    // Most of what is refused is refused without a lock.
    const first = decide(await store.read(names));
    if ("until" in first) return first.until;
    let until: Date | undefined;
    await store.change(names, (read) => {
      const decided = decide(read);
      until = "until" in decided ? decided.until : undefined;
      return "until" in decided ? [] : changes(decided.changes);
    });
    return until;
  }

  async function succeed(attempt: SignInAttempt): Promise<void> {
    const { names, counts, changes } = translate(attempt);
    await store.change(names, (read) => changes(changesOfSuccess(attempt, counts(read), clock().getTime())));
  }

  return {
    async begin(attempt) {
      try {
        return await begin(attempt);
      } catch (error) {
        notCounted(error);
        return alone.begin(attempt);
      }
    },
    succeed(attempt) {
      alone.succeed(attempt);
      const counting = succeed(attempt)
        .catch(notCounted)
        .finally(() => pending.delete(counting));
      pending.add(counting);
    },
    async idle() {
      while (pending.size > 0) await Promise.all(pending);
    },
    clear: alone.clear,
  };
}
