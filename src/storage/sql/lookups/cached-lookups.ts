import type { Account } from "../../../model/account.ts";
import type { Ref } from "../../../model/ref.ts";
import { addressKeys } from "../accounts/accounts.ts";
import type { Admission, AdmissionKeys } from "./admission.ts";
import { type Awaitable, type Lookups, then } from "./lookups.ts";

/** Answers of one look-up that are cached; beyond it they are forgotten together. */
const ANSWERS_MAX = 1_000;
/** The refs of a repository with more are read anew each time, so that the memory stays small. */
const REFS_MAX = 1_000;
/** RFC 5321, section 4.5.3.1: no address that mail reaches is longer, but those in commits may be. */
const ADDRESS_LENGTH_MAX = 254;

/** What asks the database, unless the answer is known. */
type Cached<Values extends readonly unknown[], Answer> = {
  ask(...values: Values): Awaitable<Answer>;
  find(...values: Values): Answer | undefined;
  keep(answer: Answer, ...values: Values): void;
};

export type CachedLookups = Lookups & {
  /** Whether all is known that a request with these keys is let in by. */
  holdsAdmission(keys: AdmissionKeys): boolean;
  /** For the next look-ups, if it is of this version. */
  keepAdmission(keys: AdmissionKeys, admission: Admission): void;
};

/**
 * Look-ups that are answered from memory while the database is as it was. `readVersion` tells a value that is another one
 * as soon as anything has been committed, by whomever, and never one that was before: so an answer is never older than the
 * version, a revoked token is refused by the next request, and nobody has to say what a change makes stale.
 */
export function cacheLookups<Version extends string | number>(
  lookups: Lookups,
  readVersion: () => Version,
): CachedLookups {
  const memories: Map<string, unknown>[] = [];
  let version: Version | undefined;

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

  function cache<Values extends readonly unknown[], Answer>(
    lookUp: (...values: Values) => Awaitable<Answer>,
    // What is not there is asked anew: a stranger's guesses must not push out what is.
    isCacheable: (answer: Answer) => boolean = (answer) => answer !== undefined,
  ): Cached<Values, Answer> {
    const memory = new Map<string, Answer>();
    memories.push(memory);
    return {
      ask(...values) {
        forgetStale();
        const key = keyOf(values);
        const known = memory.get(key);
        if (known !== undefined) return known;
        const asked = version;
        return then(lookUp(...values), (answer) => {
          // What was asked before a change that is known by now may be what was before it. What has been committed since the
          // version is told by another version next time.
          if (isCacheable(answer) && readVersion() === asked && version === asked) keep(memory, key, answer);
          return answer;
        });
      },
      find(...values) {
        forgetStale();
        return memory.get(keyOf(values));
      },
      keep: (answer, ...values) => keep(memory, keyOf(values), answer),
    };
  }

  /** Address by address, since lists have their authors in common; also those that have no account, as most authors. */
  function cacheAccounts(): Lookups["findAccountsByEmails"] {
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
          if (readVersion() === asked && version === asked && key.length <= ADDRESS_LENGTH_MAX)
            keep(memory, key, account);
        }
        return accounts;
      });
    };
  }

  const token = cache(lookups.findTokenByDigest);
  const emails = cache(lookups.listEmails);
  const repository = cache(lookups.findRepositoryBySlugs);
  const permission = cache(lookups.findPermission);
  return {
    findTokenByDigest: token.ask,
    findRepositoryBySlugs: repository.ask,
    getRepositoryDetails: cache(lookups.getRepositoryDetails).ask,
    getAdmissionState: cache(lookups.getAdmissionState, (state) => state.credential !== undefined).ask,
    findPermission: permission.ask,
    listRefs: cache(lookups.listRefs, (refs: readonly Ref[]) => refs.length <= REFS_MAX).ask,
    // What is made of it is kept in its place.
    listRefLines: lookups.listRefLines,
    listEmails: emails.ask,
    findAccountsByEmails: cacheAccounts(),
    holdsAdmission({ digest, names }) {
      const found = digest && token.find(digest);
      if (digest !== undefined && (found === undefined || emails.find(found.account.uuid) === undefined))
        return false;
      if (names === undefined) return true;
      const named = repository.find(names.workspace, names.repository);
      if (named === undefined) return false;
      return found === undefined || permission.find(named.uuid, found.account.uuid) !== undefined;
    },
    keepAdmission({ digest, names }, admission) {
      forgetStale();
      if (admission.version !== version) return;
      const { found, repository: named } = admission;
      if (digest !== undefined && found !== undefined) {
        token.keep(found, digest);
        emails.keep(admission.emails, found.account.uuid);
      }
      if (names === undefined || named === undefined) return;
      repository.keep(named, names.workspace, names.repository);
      if (found !== undefined) permission.keep(admission.held, named.uuid, found.account.uuid);
    },
  };
}

function keyOf(values: readonly unknown[]): string {
  return values.map(keyPart).join("\n");
}

function keyPart(value: unknown): string {
  if (Buffer.isBuffer(value)) return value.toString("latin1");
  return typeof value === "string" ? value : JSON.stringify(value);
}
