import type { Account } from "../../../model/account.ts";
import type { Ref } from "../../../model/ref.ts";
import type { Repository } from "../../../model/repository.ts";
import { addressKeys } from "../accounts/accounts.ts";
import type { AdmissionKeys, AdmissionRows } from "./admission-rows.ts";
import { type Awaitable, type Lookups, then } from "./lookups.ts";

/** Cached answers of one look-up; when there are more, all of them are dropped. */
const ANSWERS_MAX = 1_000;
/** The refs of a repository with more than this are not cached, to limit memory. */
const REFS_MAX = 1_000;
/** RFC 5321, section 4.5.3.1: no valid address is longer, but those in commits may be. */
const ADDRESS_LENGTH_MAX = 254;

/** A look-up that queries the database unless the answer is cached. */
type Cached<Values extends readonly unknown[], Answer> = {
  ask(...values: Values): Awaitable<Answer>;
  find(...values: Values): Answer | undefined;
  keep(answer: Answer, ...values: Values): void;
};

export type CachedLookups = Lookups & {
  /** Whether everything that admits a request with these keys is cached. */
  hasAdmission(keys: AdmissionKeys): boolean;
  /** Caches an admission for later look-ups, if it is of the current version. */
  putAdmission(keys: AdmissionKeys, admission: AdmissionRows): void;
};

/**
 * Look-ups that are answered from memory while the database does not change. The value of `readVersion` changes as soon
 * as anything has been committed by any process, and no value occurs twice. So an answer is never older than the
 * version, a revoked token is refused by the next request, and no writer needs to invalidate anything.
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
    // Missing rows are not cached: guesses of strangers must not displace existing rows.
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
          // If the version has changed since the question was asked, the answer may be older than the change. A change
          // that is committed after this check has another version, which the next look-up sees.
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

  /**
   * Cached by address, since lists have authors in common. Addresses without an account are cached too: most authors
   * have none.
   */
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
          // If the version has changed since the question was asked, the answer may be older than the change.
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
  const session = cache(lookups.findSessionByDigest);
  const state = cache(lookups.getAdmissionState, ({ credential }) => credential !== undefined);
  return {
    findTokenByDigest: token.ask,
    findRepositoryBySlugs: repository.ask,
    findPullRequest: cache(lookups.findPullRequest).ask,
    getRepositoryDetails: cache(lookups.getRepositoryDetails).ask,
    getAdmissionState: state.ask,
    findSessionByDigest: session.ask,
    findInstallationByClientKey: cache(lookups.findInstallationByClientKey).ask,
    getSessionState: cache(lookups.getSessionState, ({ credential }) => credential !== undefined).ask,
    findPermission: permission.ask,
    listRefs: cache(lookups.listRefs, (refs: readonly Ref[]) => refs.length <= REFS_MAX).ask,
    // A repository is opened after its refs have been read, so an answer of before would not do.
    findPackGeneration: lookups.findPackGeneration,
    // Not cached here: the answers that are made from it are cached.
    listRefLines: lookups.listRefLines,
    listEmails: emails.ask,
    findAccountsByEmails: cacheAccounts(),
    hasAdmission({ digest, names }) {
      const found = digest && token.find(digest);
      if (digest !== undefined && (found === undefined || emails.find(found.account.uuid) === undefined))
        return false;
      if (names === undefined) return true;
      const named = repository.find(names.workspace, names.repository);
      if (named === undefined) return false;
      return found === undefined || permission.find(named.uuid, found.account.uuid) !== undefined;
    },
    putAdmission({ digest, names }, admission) {
      forgetStale();
      if (admission.version !== version) return;
      const { found, repository: named, emails: addresses, held } = admission;
      if (found !== undefined && digest !== undefined) {
        token.keep(found, digest);
        emails.keep(addresses, found.account.uuid);
      }
      if (named !== undefined && names !== undefined)
        repository.keep(named, names.workspace, names.repository);
      if (found === undefined) return;
      if (named !== undefined) permission.keep(held, named.uuid, found.account.uuid);
      const credential = { kind: "token", ...found, emails: addresses } as const;
      state.keep(
        { credential, repository: named && { ...inAdmission(named), held } },
        found.token.uuid,
        named?.uuid,
      );
    },
  };
}

function inAdmission({ uuid, isPrivate, workspace, project }: Repository) {
  return { uuid, isPrivate, workspaceUuid: workspace.uuid, projectUuid: project.uuid };
}

function keyOf(values: readonly unknown[]): string {
  return values.map(keyPart).join("\n");
}

function keyPart(value: unknown): string {
  if (Buffer.isBuffer(value)) return value.toString("latin1");
  return typeof value === "string" ? value : JSON.stringify(value);
}
