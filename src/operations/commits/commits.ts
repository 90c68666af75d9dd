import { hash } from "node:crypto";
import { listCommits } from "../../git/history/list-commits.ts";
import { type RevisionRefs, resolveRevision } from "../../git/history/resolve-revision.ts";
import { walkCommits } from "../../git/history/walk-commits.ts";
import type { Commit } from "../../git/objects/commit.ts";
import type { TakeSlot } from "../../git/process/process-slots.ts";
import type { Account } from "../../model/account.ts";
import { Failure, invalidField } from "../../model/failure.ts";
import type { ObjectId } from "../../model/object-id.ts";
import { BRANCH_PREFIX, TAG_PREFIX } from "../../model/ref-name.ts";
import type { Repository } from "../../model/repository.ts";
import type { Ports } from "../../ports.ts";
import { withRepository } from "../../storage/packs/with-repository.ts";
import { findCursor, saveCursor } from "../../storage/sql/commits/commits-cursors.ts";
import { listPullRequestCommits } from "../../storage/sql/pull-requests/pull-request-commits.ts";
import { findRef } from "../../storage/sql/refs/refs.ts";

export type CommitPorts = Pick<Ports, "database" | "packs" | "objects" | "commitGraphs" | "clock">;

/**
 * A walk through history with its revisions resolved, so that a push between two pages neither repeats nor skips a
 * commit.
 */
export type CommitWalk = {
  readonly include: readonly ObjectId[];
  readonly exclude: readonly ObjectId[];
  readonly path: string | undefined;
};

/** A walk with more revisions than this is refused, since its cursor has to be stored. */
export const REVISIONS_MAX = 25_000;
/** A shortened id costs a git process of its own. */
export const SHORT_IDS_MAX = 100;
const REVISIONS_AT_ONCE = 64;
const LOOKUPS_ONE_BY_ONE_MAX = 16;
/** git counts what it skips in 32 bits, and no history is as long. */
const SKIP_MAX = 2 ** 31 - 1;
/** A cursor that is older is written again, so that a list that starts now can be followed for days. */
const CURSOR_RENEWAL_MS = 86_400_000;

/**
 * Resolves the revisions of a request. If nothing is included, the walk starts from all branches and tags.
 *
 * @throws Failure not-found "Commit not found" that names the unknown revision.
 */
export async function startWalk(
  ports: CommitPorts,
  repository: Repository,
  asked: {
    readonly include: readonly string[];
    readonly exclude: readonly string[];
    readonly path: string | undefined;
  },
): Promise<CommitWalk> {
  if (asked.include.length + asked.exclude.length > REVISIONS_MAX) {
    throw invalidField("include", `more than ${REVISIONS_MAX} revisions in include and exclude together`);
  }
  const include =
    asked.include.length === 0
      ? await allTips(ports, repository)
      : await getRevisions(ports, repository, asked.include);
  return { include, exclude: await getRevisions(ports, repository, asked.exclude), path: asked.path };
}

async function allTips({ database }: CommitPorts, repository: Repository): Promise<ObjectId[]> {
  const refs = await database.lookups.listRefs(repository.uuid);
  const shown = refs.filter(({ name }) => name.startsWith(BRANCH_PREFIX) || name.startsWith(TAG_PREFIX));
  return [...new Set(shown.map((ref) => ref.peeled ?? ref.target))];
}

async function getRevisions(
  ports: CommitPorts,
  repository: Repository,
  revisions: readonly string[],
): Promise<ObjectId[]> {
  const asked = [...new Set(revisions)];
  if (asked.filter((revision) => /^[0-9a-f]{4,39}$/i.test(revision)).length > SHORT_IDS_MAX) {
    throw invalidField(
      "include",
      `more than ${SHORT_IDS_MAX} shortened commit ids in include and exclude: send them in full`,
    );
  }
  const finder = await refFinder(ports, repository, asked.length);
  const ids: ObjectId[] = [];
  const missing: string[] = [];
  for (let start = 0; start < asked.length; start += REVISIONS_AT_ONCE) {
    const part = asked.slice(start, start + REVISIONS_AT_ONCE);
    const found = await Promise.all(
      part.map((revision) => findRevision(ports, repository, finder, revision)),
    );
    for (const [index, id] of found.entries()) {
      if (id === undefined) missing.push(part[index]!);
      else ids.push(id);
    }
  }
  if (missing.length > 0) throw commitNotFound(missing);
  return ids;
}

/** For many look-ups all refs are read once: one statement instead of several for each name. */
async function refFinder(
  { database }: CommitPorts,
  repository: Repository,
  lookups: number,
): Promise<RevisionRefs> {
  const head = () => repository.mainBranch;
  const listTargets = async (hex: string) => [
    ...(await database.lookups.listRefs(repository.uuid)).map(({ target }) => target),
    ...(await listPullRequestCommits(database.kysely, repository.uuid, hex)),
  ];
  if (lookups <= LOOKUPS_ONE_BY_ONE_MAX) {
    return { find: (name) => findRef(database.kysely, repository.uuid, name), head, listTargets };
  }
  const refs = new Map((await database.lookups.listRefs(repository.uuid)).map((ref) => [ref.name, ref]));
  return { find: async (name) => refs.get(name), head, listTargets };
}

function findRevision(
  { packs, objects }: CommitPorts,
  repository: Repository,
  refs: RevisionRefs,
  revision: string,
): Promise<ObjectId | undefined> {
  return withRepository(packs, repository.uuid, ({ gitDir }) =>
    resolveRevision({ gitDir, refs, objects }, revision),
  );
}

/** Recorded text: contract, rest.md §4. */
export function commitNotFound(shas: readonly string[]): Failure {
  return new Failure("not-found", "Commit not found", { data: { shas } });
}

export type CommitPage = {
  readonly commits: readonly Commit[];
  readonly hasMore: boolean;
};

/** One page of a walk, newest first. Pages count from 1. */
export async function readCommitPage(
  { packs, objects, commitGraphs }: CommitPorts,
  repository: Repository,
  walk: CommitWalk,
  {
    page,
    pagelen,
    signal,
    takeSlot,
  }: {
    readonly page: number;
    readonly pagelen: number;
    readonly signal: AbortSignal;
    readonly takeSlot: TakeSlot;
  },
): Promise<CommitPage> {
  const skip = (page - 1) * pagelen;
  if (walk.include.length === 0 || skip > SKIP_MAX) return { commits: [], hasMore: false };
  const { path, ...revisions } = walk;
  // One more than is shown tells whether there is a next page.
  const query = { ...revisions, skip, limit: pagelen + 1, signal };
  return withRepository(packs, repository.uuid, async ({ gitDir }) => {
    const source = {
      graph: commitGraphs.find(gitDir),
      readCommit: (id: ObjectId) => objects.readCommit(gitDir, id),
    };
    // Only git knows what a commit changes, and only git can walk a long history that is not yet in the graph.
    const ids =
      (path === undefined ? await walkCommits(source, query) : undefined) ??
      (await listCommits({ ...query, gitDir, takeSlot, ...(path === undefined ? {} : { path }) }));
    const commits = await objects.readCommits(gitDir, ids.slice(0, pagelen));
    return { commits: commits.filter((commit) => commit !== undefined), hasMore: ids.length > pagelen };
  });
}

/** @throws Failure not-found. */
export async function getCommit(
  ports: CommitPorts,
  repository: Repository,
  revision: string,
): Promise<Commit> {
  const refs = await refFinder(ports, repository, 1);
  const { packs, objects } = ports;
  const commit = await withRepository(packs, repository.uuid, async ({ gitDir }) => {
    const id = await resolveRevision({ gitDir, refs, objects }, revision);
    return id === undefined ? undefined : objects.readCommit(gitDir, id);
  });
  if (commit === undefined) throw commitNotFound([revision]);
  return commit;
}

/** The accounts of the authors and committers, by lower-case e-mail address. */
export async function findCommitAccounts(
  { database }: Pick<Ports, "database">,
  commits: readonly Commit[],
): Promise<ReadonlyMap<string, Account>> {
  const addresses = commits.flatMap(({ author, committer }) => [author.email, committer.email]);
  return findAccountsOf({ database }, addresses);
}

/** RFC 5321, section 4.5.3.1: no address is longer, whatever a commit says. */
const ADDRESS_LENGTH_MAX = 320;

export async function findAccountsOf(
  { database }: Pick<Ports, "database">,
  addresses: readonly string[],
): Promise<ReadonlyMap<string, Account>> {
  const possible = addresses.filter((address) => address !== "" && address.length <= ADDRESS_LENGTH_MAX);
  return database.lookups.findAccountsByEmails([...new Set(possible)]);
}

const KEY_LENGTH = 32;

/**
 * Stores a walk for its next pages. A list of thousands of revisions does not fit into a URL, and `next` is followed by
 * GET even after a POST, so the link carries only a key: 32 hex digits derived from what is stored. Most walks start at
 * one commit and have nothing else to store. Their key is the beginning of the commit's id, so that reading a list
 * writes nothing.
 */
export async function saveWalk(
  { database, clock, packs, commitGraphs }: CommitPorts,
  repository: Repository,
  walk: CommitWalk,
): Promise<string> {
  const [start, ...more] = walk.include;
  if (start !== undefined && more.length + walk.exclude.length === 0 && walk.path === undefined) {
    const key = start.slice(0, KEY_LENGTH);
    if ((await findByKey({ packs, commitGraphs }, repository, key)) === start) return key;
  }
  const state = JSON.stringify(walk);
  const key = hash("sha256", `${repository.uuid}\n${state}`, "hex").slice(0, KEY_LENGTH);
  // Looked up first, so that reading a list again costs no write.
  const saved = await findCursor(database.kysely, repository.uuid, key);
  const now = clock();
  const ageMs = saved === undefined ? Number.POSITIVE_INFINITY : now.getTime() - saved.createdAt.getTime();
  // A time in the future was written by a clock that was ahead: such a cursor would be deleted much too late, or never.
  if (ageMs >= 0 && ageMs < CURSOR_RENEWAL_MS) return key;
  await saveCursor(database.kysely, { key, repositoryUuid: repository.uuid, state, createdAt: now });
  return key;
}

/** The commit of the graph whose id begins with the key. */
function findByKey(
  { packs, commitGraphs }: Pick<CommitPorts, "packs" | "commitGraphs">,
  repository: Repository,
  key: string,
): Promise<ObjectId | undefined> {
  return withRepository(packs, repository.uuid, async ({ gitDir }) =>
    commitGraphs.find(gitDir).findByPrefix(Buffer.from(key, "hex")),
  );
}

/** @throws Failure invalid-input if the key is not one of this repository, or has expired. */
export async function getWalk(
  { database, packs, commitGraphs }: CommitPorts,
  repository: Repository,
  key: string,
): Promise<CommitWalk> {
  const isKey = /^[0-9a-f]{32}$/.test(key);
  const start = isKey ? await findByKey({ packs, commitGraphs }, repository, key) : undefined;
  if (start !== undefined) return { include: [start], exclude: [], path: undefined };
  const saved = isKey ? await findCursor(database.kysely, repository.uuid, key) : undefined;
  if (saved === undefined) throw invalidField("ctx", "unknown or expired: begin again without it");
  const { include, exclude, path } = JSON.parse(saved.state) as {
    include: ObjectId[];
    exclude: ObjectId[];
    path?: string;
  };
  return { include, exclude, path };
}
