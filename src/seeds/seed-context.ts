import type { Account } from "../model/account.ts";
import { OPERATOR } from "../model/caller.ts";
import { Failure } from "../model/failure.ts";
import type { Group } from "../model/group.ts";
import { fullName, type Repository } from "../model/repository.ts";
import type { Secret } from "../model/secret.ts";
import type { Project, Workspace } from "../model/workspace.ts";
import type { By, Ports } from "../ports.ts";
import { openWriteTransaction } from "../storage/sql/write-transaction.ts";
import type { History } from "./history/build-history.ts";
import type { SeedPath } from "./seed-path.ts";
import type { SeedProblem } from "./seed-problems.ts";
import { seedUuids } from "./seed-uuid.ts";

/** One entry of a seed, as it is made. */
export type EntryInWork = {
  readonly path: SeedPath;
  /** What it is, in words: its ids follow from it. */
  readonly name: string;
  /** When it is made. */
  readonly at: Date;
  /** In whose name. Undefined: the operator's. */
  readonly as?: Account;
  /** What operations call fields of another name. */
  readonly fields?: Readonly<Record<string, string>>;
};

/** What of a seed is there already. */
export type Made = {
  /** By address and by user name, in lower case. */
  readonly account: Map<string, Account>;
  readonly workspace: Map<string, Workspace>;
  /** By names such as `team/PROJ` and `team/site`, in lower case. */
  readonly project: Map<string, Project>;
  readonly group: Map<string, Group>;
  readonly repository: Map<string, Repository>;
  /** OAuth consumers, by name. */
  readonly consumer: Map<string, { readonly key: string; readonly secret: Secret }>;
};

export type SeedContext = {
  /** What the seed's times begin with. */
  readonly time: Date;
  /** The machine's time, or that of a stand-in. */
  readonly now: Date;
  /** For what is only read. */
  readonly ports: Ports;
  readonly made: Made;
  readonly problems: readonly SeedProblem[];
  /**
   * Makes an entry. What an operation refuses is a problem of the entry.
   *
   * @returns undefined if it was refused, or needs another entry that was.
   */
  make<T>(entry: EntryInWork, work: (ports: Ports, by: By) => Promise<T>): Promise<T | undefined>;
  /** An entry that was made before. What needs one that was refused is not tried, which is a problem of its own. */
  find<Kind extends keyof Made>(
    kind: Kind,
    name: string,
  ): Made[Kind] extends Map<string, infer Value> ? Value : never;
  /** Does what is at the path, unless it needs an entry that was refused. */
  attempt(path: SeedPath, work: () => Promise<void>): Promise<void>;
  problem(path: SeedPath, what: string): void;
  /** What the seed calls a commit, as an id or a branch of the repository. */
  revision(repository: Repository, name: string): string;
};

/** An entry is needed that was refused, or that is there no more. */
class MissingEntry extends Error {
  constructor(kind: keyof Made, name: string) {
    super(`needs the ${kind} ${JSON.stringify(name)}, which was not made`);
  }
}

/** @param ports whose transactions are all part of one. */
export function openSeedContext(
  ports: Ports,
  by: Pick<By, "baseUrls" | "signal">,
  { time, histories }: { readonly time: Date; readonly histories: ReadonlyMap<string, History> },
): SeedContext {
  const now = ports.clock();
  const problems: SeedProblem[] = [];
  const made: Made = {
    account: new Map(),
    workspace: new Map(),
    project: new Map(),
    group: new Map(),
    repository: new Map(),
    consumer: new Map(),
  };
  const notTried = (path: SeedPath, { message }: MissingEntry) =>
    void problems.push({ path, what: `not tried: it ${message}`, isNotTried: true });
  return {
    time,
    now,
    ports,
    made,
    problems,
    problem: (path, what) => void problems.push({ path, what }),
    revision: (repository, name) => histories.get(fullName(repository))?.labels.get(name) ?? name,
    find(kind, name) {
      const found = made[kind].get(name.toLowerCase());
      if (found === undefined) throw new MissingEntry(kind, name);
      return found as never;
    },
    async attempt(path, work) {
      try {
        await work();
      } catch (error) {
        if (!(error instanceof MissingEntry)) throw error;
        notTried(path, error);
      }
    },
    async make(entry, work) {
      const entryPorts: Ports = { ...ports, clock: () => entry.at, newUuid: seedUuids(entry.name) };
      try {
        return await work(entryPorts, byOf(entryPorts, by, entry.as));
      } catch (error) {
        if (error instanceof MissingEntry) notTried(entry.path, error);
        else if (error instanceof Failure) problems.push(...problemsOf(error, entry));
        else throw error;
        return undefined;
      }
    },
  };
}

/** The audit log says that the operator has done it, which is true: nobody has sent a credential. */
function byOf(
  ports: Ports,
  { baseUrls, signal }: Pick<By, "baseUrls" | "signal">,
  as: Account | undefined,
): By {
  return {
    caller: as === undefined ? OPERATOR : callerAs(ports, as),
    actor: OPERATOR,
    baseUrls,
    signal,
    transaction: openWriteTransaction(ports, OPERATOR),
  };
}

function callerAs({ clock }: Pick<Ports, "clock">, account: Account): Exclude<By["caller"], typeof OPERATOR> {
  const at = clock();
  const session = {
    uuid: account.uuid,
    accountUuid: account.uuid,
    createdAt: at,
    authenticatedAt: at,
    lastUsedAt: at,
    expiresAt: at,
    address: "",
    client: "seed",
  };
  const scopes = { vocabulary: "none" } as const;
  return { kind: "account", account, credential: { kind: "session", id: session.uuid, scopes, session } };
}

function problemsOf({ message, details }: Failure, { path, fields: names = {} }: EntryInWork): SeedProblem[] {
  const fields = Object.entries(details.fields ?? {});
  if (fields.length === 0) {
    const { reason } = details;
    return [{ path, what: reason === undefined ? message : `${message} (${reason})` }];
  }
  return fields.map(([field, problems]) => ({
    path: [...path, ...(names[field] ?? field).split(".")],
    what: problems.join(", "),
  }));
}
