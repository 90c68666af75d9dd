import { listMergingCommits, type MergingCommits } from "../../git/history/merging-commits.ts";
import { Failure } from "../../model/failure.ts";
import type { ObjectId } from "../../model/object-id.ts";
import { pullRequestKeyText } from "../../model/pull-request.ts";
import type { RefUpdate } from "../../model/ref.ts";
import { type BranchName, branchOf, type RefName } from "../../model/ref-name.ts";
import type { Repository } from "../../model/repository.ts";
import type { Uuid } from "../../model/uuid.ts";
import type { By, Ports } from "../../ports.ts";
import { withRepository } from "../../storage/packs/with-repository.ts";
import {
  type AffectedPullRequest,
  listAffectedPullRequests,
} from "../../storage/sql/pull-requests/affected-pull-requests.ts";
import { lockRepository, ObjectsDroppedError } from "../../storage/sql/refs/ref-updates.ts";
import { findRepository, updateRepository } from "../../storage/sql/repositories/repositories.ts";
import { acceptObjects } from "../objects/accept-objects.ts";
import type { NewObjectsPorts } from "../objects/store-new-objects.ts";
import { compareSource } from "./reset-reviews.ts";
import { withSourceObjects } from "./with-source-objects.ts";

/**
 * Git's work for the pull requests that a push moves, done before its transaction: nobody waits for a process there. A
 * push that moves none needs nothing, so the transaction looks first, and what it misses is prepared for another try.
 */
export type PreparedMoves = {
  /** What the destinations among the refs gain, by the ref. */
  readonly pushed: ReadonlyMap<RefName, MergingCommits>;
  /** The drop numbers of the repositories into which the new commits of forks were brought, by repository and commit. */
  readonly brought: ReadonlyMap<string, number>;
  /** Whether sources that move still change the same, where approvals hang on that, by `movedKey`. */
  readonly compared: ReadonlyMap<string, boolean>;
};

const NOTHING_PREPARED: PreparedMoves = { pushed: new Map(), brought: new Map(), compared: new Map() };

export const movedKey = (moved: AffectedPullRequest, commit: ObjectId) =>
  `${pullRequestKeyText(moved)} ${moved.sourceCommit} ${commit}`;

export const broughtKey = (repositoryUuid: Uuid, commit: ObjectId) => `${repositoryUuid} ${commit}`;

/** Thrown in the transaction when something is missing. */
export class MovesUnpreparedError extends Error {
  readonly affected: readonly AffectedPullRequest[];

  constructor(affected: readonly AffectedPullRequest[]) {
    super("pull requests are moved that nobody has prepared for");
    this.name = "MovesUnpreparedError";
    this.affected = affected;
  }
}

/** The updates of branches, by branch. */
export function branchUpdates(updates: readonly RefUpdate[]): ReadonlyMap<BranchName, RefUpdate> {
  return new Map(
    updates.flatMap((update) => {
      const branch = branchOf(update.name);
      return branch === undefined ? [] : [[branch, update]];
    }),
  );
}

/** What becomes of the two sides of a pull request. Undefined: that side stays as it is. */
export function movesOf(
  affected: AffectedPullRequest,
  repositoryUuid: Uuid,
  updates: ReadonlyMap<BranchName, RefUpdate>,
) {
  const { sourceRepositoryUuid, sourceBranch, destinationBranch } = affected;
  return {
    source: sourceRepositoryUuid === repositoryUuid ? updates.get(sourceBranch) : undefined,
    destination: affected.repositoryUuid === repositoryUuid ? updates.get(destinationBranch) : undefined,
  };
}

/** So many may change with one change of refs: each costs several statements in its transaction. Our choice. */
const CHANGED_MAX = 200;

/** @throws Failure invalid-input */
export function requireFewChanged(count: number): void {
  if (count <= CHANGED_MAX) return;
  throw new Failure(
    "invalid-input",
    `${count} open pull requests would change at once, the limit is ${CHANGED_MAX}: push fewer branches or commits at a time`,
  );
}

/** @throws MovesUnpreparedError; Failure invalid-input if there are too many. */
export function requirePrepared(
  affected: readonly AffectedPullRequest[],
  repositoryUuid: Uuid,
  updates: readonly RefUpdate[],
  { pushed, brought }: PreparedMoves,
): void {
  const byBranch = branchUpdates(updates);
  requireFewChanged(
    affected.filter((one) => movesOf(one, repositoryUuid, byBranch).source?.new !== undefined).length,
  );
  const isPrepared = affected.every((one) => {
    const { source, destination } = movesOf(one, repositoryUuid, byBranch);
    const isElsewhere = one.repositoryUuid !== repositoryUuid;
    return (
      (destination?.new === undefined || pushed.has(destination.name)) &&
      (!isElsewhere || source?.new === undefined || brought.has(broughtKey(one.repositoryUuid, source.new)))
    );
  });
  if (!isPrepared) throw new MovesUnpreparedError(affected);
}

/** Does all that is needed for these. The objects of the updates are in the repository by now. */
async function prepareMoves(
  ports: NewObjectsPorts,
  by: By,
  repository: Repository,
  affected: readonly AffectedPullRequest[],
  updates: readonly RefUpdate[],
): Promise<PreparedMoves> {
  const byBranch = branchUpdates(updates);
  const brought = await bringAll(ports, by, repository, affected, byBranch);
  const pushed = new Map<RefName, MergingCommits>();
  const compared = new Map<string, boolean>();
  for (const one of affected) {
    const { source, destination } = movesOf(one, repository.uuid, byBranch);
    if (destination?.new !== undefined && !pushed.has(destination.name))
      pushed.set(destination.name, await listMerging(ports, by, repository, destination));
    if (source?.new === undefined) continue;
    const isSame = await compareSource(ports, one, source.new, by.signal);
    if (isSame !== undefined) compared.set(movedKey(one, source.new), isSame);
  }
  return { pushed, brought, compared };
}

function listMerging(
  { packs, objects, commitGraphs }: Pick<Ports, "packs" | "objects" | "commitGraphs">,
  { signal }: By,
  { uuid }: Repository,
  { old, new: tip }: RefUpdate,
): Promise<MergingCommits> {
  return withRepository(packs, uuid, ({ gitDir }) =>
    listMergingCommits({ gitDir, objects, graph: commitGraphs.find(gitDir), signal }, tip!, old),
  );
}

/** Brings the new commits of a fork to each of their destinations, all of one destination at once. */
async function bringAll(
  ports: NewObjectsPorts,
  by: By,
  repository: Repository,
  affected: readonly AffectedPullRequest[],
  byBranch: ReadonlyMap<BranchName, RefUpdate>,
): Promise<ReadonlyMap<string, number>> {
  const commits = new Map<Uuid, Set<ObjectId>>();
  for (const one of affected) {
    const moved = movesOf(one, repository.uuid, byBranch).source?.new;
    if (moved === undefined || one.repositoryUuid === repository.uuid) continue;
    commits.set(one.repositoryUuid, (commits.get(one.repositoryUuid) ?? new Set()).add(moved));
  }
  const brought = new Map<string, number>();
  for (const [destinationUuid, ofDestination] of commits) {
    const dropNumber = await bring(ports, by, repository, destinationUuid, [...ofDestination]);
    for (const commit of ofDestination) brought.set(broughtKey(destinationUuid, commit), dropNumber);
  }
  return brought;
}

/** @returns the drop number of the destination as of which the objects are complete there. */
async function bring(
  ports: NewObjectsPorts,
  by: By,
  { uuid }: Repository,
  destinationUuid: Uuid,
  commits: readonly ObjectId[],
): Promise<number> {
  const destination = await findRepository(ports.database.kysely, undefined, { uuid: destinationUuid });
  // Deleted since: its pull requests are gone with it, and nothing is checked for them.
  if (destination === undefined) return 0;
  return withSourceObjects(ports, by, destination, { repositoryUuid: uuid, commits }, (objects) =>
    acceptObjects(objects, async ({ dropNumber }, accepted) => {
      await by.transaction(async (tx) => {
        const locked = await lockRepository(tx, destination.uuid);
        if (locked.dropNumber !== dropNumber) throw new ObjectsDroppedError();
        const sizeBytes = await accepted.record(tx);
        if (sizeBytes !== undefined) await updateRepository(tx, destination.uuid, { sizeBytes });
      });
      return dropNumber;
    }),
  );
}

/** How often pull requests may be created and moved while a push is prepared for them. */
const TRIES_MAX = 5;

/**
 * Calls `work`, which moves pull requests in a transaction, again whenever it misses something.
 *
 * @param isExpected whether there is something to be moved, so that it is prepared at once.
 * @throws Failure unavailable if that happens over and over.
 */
export async function withPreparedMoves<T>(
  ports: NewObjectsPorts,
  by: By,
  repository: Repository,
  updates: readonly RefUpdate[],
  isExpected: boolean,
  work: (prepared: PreparedMoves) => Promise<T>,
): Promise<T> {
  let prepared = NOTHING_PREPARED;
  if (isExpected) {
    const branches = [...branchUpdates(updates).keys()];
    const affected = await listAffectedPullRequests(ports.database.kysely, repository.uuid, branches);
    prepared = await prepareMoves(ports, by, repository, affected, updates);
  }
  for (let tries = 1; ; tries += 1) {
    try {
      return await work(prepared);
    } catch (error) {
      if (!(error instanceof MovesUnpreparedError)) throw error;
      if (tries === TRIES_MAX)
        throw new Failure("unavailable", "the pull requests of these branches keep changing: try again");
      prepared = await prepareMoves(ports, by, repository, error.affected, updates);
    }
  }
}
