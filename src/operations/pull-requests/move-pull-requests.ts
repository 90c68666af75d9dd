import type { Kysely } from "kysely";
import { Failure } from "../../model/failure.ts";
import type { ObjectId } from "../../model/object-id.ts";
import type { RefUpdate } from "../../model/ref.ts";
import type { Uuid } from "../../model/uuid.ts";
import { accountOf } from "../../model/who-acts.ts";
import type { By } from "../../ports.ts";
import type { AffectedPullRequest } from "../../storage/sql/pull-requests/affected-pull-requests.ts";
import { updatePullRequest } from "../../storage/sql/pull-requests/pull-requests.ts";
import { lockUndropped } from "../../storage/sql/refs/drops.ts";
import { raiseRefGeneration } from "../../storage/sql/refs/ref-updates.ts";
import type { Schema } from "../../storage/sql/schema.ts";
import type { Recorder } from "../../storage/sql/write-transaction.ts";
import {
  branchUpdates,
  broughtKey,
  MovesUnpreparedError,
  movedKey,
  movesOf,
  type PreparedMoves,
  requireFewChanged,
  requirePrepared,
} from "./prepare-moves.ts";
import { recordUpdate } from "./record-update.ts";
import { resetReviews } from "./reset-reviews.ts";

/** The pull request that a change of refs merges, rather than finding it merged. */
export type MergedPullRequest = {
  readonly id: number;
  /** What is merged. */
  readonly sourceCommit: ObjectId;
  readonly mergeCommit: ObjectId;
  /** Done in the transaction, before it is closed. What it throws undoes the merge. */
  readonly confirm: (tx: Kysely<Schema>) => Promise<void>;
};

/** What has been changed, in the transaction in which the pull requests are moved. */
export type RefsChanged = {
  readonly repositoryUuid: Uuid;
  readonly updates: readonly RefUpdate[];
  readonly affected: readonly AffectedPullRequest[];
  readonly prepared: PreparedMoves;
  readonly merged: MergedPullRequest | undefined;
  readonly at: Date;
};

/**
 * Moves the pull requests whose branches have just changed: contract, pull-requests.md §6. A source goes on with its
 * branch; one whose source the destination has gained is merged. Call it in the transaction of the change.
 *
 * @returns those that stay open.
 * @throws MovesUnpreparedError, ObjectsDroppedError: try again.
 * @throws Failure conflict if the pull request to be merged has been closed or moved.
 */
export async function movePullRequests(
  tx: Kysely<Schema>,
  record: Recorder,
  by: Pick<By, "caller">,
  changed: RefsChanged,
): Promise<readonly AffectedPullRequest[]> {
  const { repositoryUuid, updates, affected, prepared, merged } = changed;
  requirePrepared(affected, repositoryUuid, updates, prepared);
  const isMerged = (one: AffectedPullRequest) =>
    one.repositoryUuid === repositoryUuid &&
    one.id === merged?.id &&
    one.sourceCommit === merged.sourceCommit;
  // Without a changed ref there is nothing that could be merged, and its caller is told why.
  if (merged !== undefined && updates.length > 0 && !affected.some(isMerged))
    throw new Failure("conflict", "Cannot merge: the pull request has just been changed");
  if (updates.length > 0) await merged?.confirm(tx);
  const byBranch = branchUpdates(updates);
  const moves = affected.map((one) => {
    const { source, destination } = movesOf(one, repositoryUuid, byBranch);
    // One push may change both branches.
    const sourceCommit = source?.new ?? one.sourceCommit;
    const mergeCommit = isMerged(one) ? merged?.mergeCommit : findMerge(sourceCommit, destination, prepared);
    return { one, source, destination, sourceCommit, mergeCommit };
  });
  requireFewChanged(moves.filter(({ mergeCommit }) => mergeCommit !== undefined).length);
  const open: AffectedPullRequest[] = [];
  for (const { one, source, destination, sourceCommit, mergeCommit } of moves) {
    if (mergeCommit !== undefined) {
      const commits = { sourceCommit, mergeCommit, destinationCommit: destination?.old };
      await close(tx, record, by, one, commits, changed.at);
      continue;
    }
    open.push(one);
    if (source?.new !== undefined) await moveSource(tx, record, by, one, source.new, changed);
  }
  return open;
}

/** Where the destination has gained the source, if it has. */
function findMerge(
  sourceCommit: ObjectId,
  destination: RefUpdate | undefined,
  { pushed }: PreparedMoves,
): ObjectId | undefined {
  return destination && pushed.get(destination.name)?.get(sourceCommit);
}

async function close(
  tx: Kysely<Schema>,
  record: Recorder,
  by: Pick<By, "caller">,
  one: AffectedPullRequest,
  {
    sourceCommit,
    ...commits
  }: {
    readonly sourceCommit: ObjectId;
    readonly mergeCommit: ObjectId;
    readonly destinationCommit: ObjectId | undefined;
  },
  at: Date,
): Promise<void> {
  const closed = { state: "MERGED", by: accountOf(by.caller)?.uuid, ...commits } as const;
  await updatePullRequest(tx, one, { sourceCommit, closed, updatedAt: at });
  const changes = { status: { old: "open", new: "fulfilled" } } as const;
  await recordUpdate(tx, record, by, subjectOf(one), one, { kind: "pullrequest:fulfilled", changes, at });
}

/** Recorded: contract, pull-requests.md §6 and §10. The entry in the activity says what it is like now, and no more. */
async function moveSource(
  tx: Kysely<Schema>,
  record: Recorder,
  by: Pick<By, "caller">,
  one: AffectedPullRequest,
  sourceCommit: ObjectId,
  { repositoryUuid, affected, prepared, at }: RefsChanged,
): Promise<void> {
  if (sourceCommit === one.sourceCommit) return;
  if (one.repositoryUuid !== repositoryUuid) {
    const dropNumber = prepared.brought.get(broughtKey(one.repositoryUuid, sourceCommit))!;
    await lockUndropped(tx, one.repositoryUuid, dropNumber);
    await raiseRefGeneration(tx, one.repositoryUuid);
  }
  // Locks the row first: a review is either given before and seen here, or it comes after.
  await updatePullRequest(tx, one, { sourceCommit, updatedAt: at });
  if (!(await resetReviews(tx, one, prepared.compared.get(movedKey(one, sourceCommit)))))
    throw new MovesUnpreparedError(affected);
  await recordUpdate(tx, record, by, subjectOf(one), one, { kind: "pullrequest:updated", changes: {}, at });
}

const subjectOf = ({ repositoryUuid, destination }: AffectedPullRequest) => ({
  ...destination.repository,
  uuid: repositoryUuid,
});
