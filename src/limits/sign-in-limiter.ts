import { LRUCache } from "lru-cache";
import {
  changesOfSuccess,
  countsOfAttempt,
  decideAttempt,
  type SignInAttempt,
  type SignInChange,
  type SignInCount,
} from "./decide-sign-in.ts";

/**
 * Slows down guessing of passwords and codes. Nobody can lock an account for its owner: who has signed in from a network
 * goes on signing in from there, whatever others try elsewhere. Right or wrong is not known when the limit is asked, so
 * each try counts as wrong until it turns out to be right: many at once are no way around. One process counts for
 * all that serve.
 */
export type SignInLimiter = {
  /** @returns when to try again, if there were too many; undefined if this one may go on. */
  begin(attempt: SignInAttempt): Promise<Date | undefined>;
  /** It was right. */
  succeed(attempt: SignInAttempt): void;
};

export type OpenedSignInLimiter = SignInLimiter & {
  /** Waits for what is being counted. */
  idle(): Promise<void>;
  clear(): void;
};

/** Some 200 bytes each, of each kind, so that none displaces another. */
const ENTRIES_MAX = 20_000;
const KINDS = ["pair", "known", "count"] as const;

/** Counts in memory. */
export function openSignInLimiter({ clock }: { readonly clock: () => Date }): OpenedSignInLimiter {
  const byKind = new Map(
    KINDS.map((kind) => [kind as string, new LRUCache<string, SignInCount>({ max: ENTRIES_MAX })]),
  );
  const kindOf = (name: string) => byKind.get(name.slice(0, name.indexOf("\n")))!;

  function read(attempt: SignInAttempt): ReadonlyMap<string, SignInCount> {
    const found = countsOfAttempt(attempt).map((name) => [name, kindOf(name).get(name)] as const);
    return new Map(found.filter((each): each is [string, SignInCount] => each[1] !== undefined));
  }

  function apply(changes: readonly SignInChange[]): void {
    for (const { name, becomes } of changes) {
      if (becomes === undefined) kindOf(name).delete(name);
      else kindOf(name).set(name, becomes);
    }
  }

  return {
    async begin(attempt) {
      const decided = decideAttempt(attempt, read(attempt), clock().getTime());
      if ("until" in decided) return decided.until;
      apply(decided.changes);
      return undefined;
    },
    succeed: (attempt) => apply(changesOfSuccess(attempt, read(attempt), clock().getTime())),
    async idle() {},
    clear() {
      for (const each of byKind.values()) each.clear();
    },
  };
}
