import type { Account } from "../../../model/account.ts";
import type { Ref } from "../../../model/ref.ts";
import { addressKeys } from "../accounts/accounts.ts";
import { type Awaitable, type Lookups, then } from "./lookups.ts";

/** Answers of one look-up that are remembered; beyond it they are forgotten together. */
const ANSWERS_MAX = 1_000;
/** The refs of a repository with more are read anew each time, so that the memory stays small. */
const REFS_MAX = 1_000;
/** RFC 5321, section 4.5.3.1: no address that mail reaches is longer, but those in commits may be. */
const ADDRESS_LENGTH_MAX = 254;

/**
 * Look-ups that are answered from memory while the database is as it was. `readVersion` tells a number that is another one
 * as soon as anything has been committed, by whomever: so an answer is never older than the question, a revoked token is
 * refused by the next request, and nobody has to say what a change makes stale.
 */
export function cacheLookups(lookups: Lookups, readVersion: () => number): Lookups {
  const memories: Map<string, unknown>[] = [];
  let version = Number.NaN;

  function forgetStale(): void {
    const current = readVersion();
    if (current === version) return;
    for (const memory of memories) memory.clear();
    version = current;
  }

  function keep(memory: Map<string, unknown>, key: string, answer: unknown): void {
    if (memory.size >= ANSWERS_MAX) memory.clear();
    memory.set(key, answer);
  }

  function remember<Values extends readonly unknown[], Answer>(
    lookUp: (...values: Values) => Awaitable<Answer>,
    // What is not there is asked anew: a stranger's guesses must not push out what is.
    isKept: (answer: Answer) => boolean = (answer) => answer !== undefined,
  ): (...values: Values) => Awaitable<Answer> {
    const memory = new Map<string, unknown>();
    memories.push(memory);
    return (...values) => {
      forgetStale();
      const key = values.map(keyOf).join("\n");
      if (memory.has(key)) return memory.get(key) as Answer;
      const answer = lookUp(...values);
      // Something may be committed between the version and the answer: then the version is another one next time.
      if (!(answer instanceof Promise) && isKept(answer)) keep(memory, key, answer);
      return answer;
    };
  }

  /** Address by address, since lists have their authors in common; also those that have no account, as most authors. */
  function rememberAccounts(): Lookups["findAccountsByEmails"] {
    const memory = new Map<string, Account | undefined>();
    memories.push(memory);
    return (addresses) => {
      forgetStale();
      const accounts = new Map<string, Account>();
      const unknown: string[] = [];
      for (const key of addressKeys(addresses)) {
        const account = memory.get(key);
        if (account !== undefined) accounts.set(key, account);
        else if (!memory.has(key)) unknown.push(key);
      }
      if (unknown.length === 0) return accounts;
      const asked = version;
      return then(lookups.findAccountsByEmails(unknown), (found) => {
        for (const key of unknown) {
          const account = found.get(key);
          if (account !== undefined) accounts.set(key, account);
          // What was asked before a change that is known by now may be what was before it.
          if (version === asked && key.length <= ADDRESS_LENGTH_MAX) keep(memory, key, account);
        }
        return accounts;
      });
    };
  }

  return {
    findTokenByDigest: remember(lookups.findTokenByDigest),
    findRepositoryBySlugs: remember(lookups.findRepositoryBySlugs),
    getRepositoryDetails: remember(lookups.getRepositoryDetails),
    getAdmissionFacts: remember(lookups.getAdmissionFacts, (facts) => facts.credential !== undefined),
    findPermission: remember(lookups.findPermission),
    listRefs: remember(lookups.listRefs, (refs: readonly Ref[]) => refs.length <= REFS_MAX),
    // What is made of it is kept in its place.
    listRefLines: lookups.listRefLines,
    listEmails: remember(lookups.listEmails),
    findAccountsByEmails: rememberAccounts(),
  };
}

function keyOf(value: unknown): string {
  if (Buffer.isBuffer(value)) return value.toString("latin1");
  return typeof value === "string" ? value : JSON.stringify(value);
}
