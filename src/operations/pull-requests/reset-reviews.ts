import type { Kysely } from "kysely";
import { isSameDiff } from "../../git/diffs/is-same-diff.ts";
import type { RestrictionKind } from "../../model/branch-restriction.ts";
import type { ObjectId } from "../../model/object-id.ts";
import type { PullRequestKey, ReviewState } from "../../model/pull-request.ts";
import { BRANCH_PREFIX, type BranchName, type RefName } from "../../model/ref-name.ts";
import type { Ports } from "../../ports.ts";
import { withRepository } from "../../storage/packs/with-repository.ts";
import { listRestrictions } from "../../storage/sql/branch-rules/branch-restrictions.ts";
import { deleteReviewActivities } from "../../storage/sql/pull-requests/activity.ts";
import type { AffectedPullRequest } from "../../storage/sql/pull-requests/affected-pull-requests.ts";
import { clearReviews, listParticipants } from "../../storage/sql/pull-requests/participants.ts";
import { findRefs } from "../../storage/sql/refs/refs.ts";
import type { Schema } from "../../storage/sql/schema.ts";
import { listMatchingRules } from "../branch-rules/branch-rules.ts";
import { getRepository } from "../repositories/get-repository.ts";

const KINDS = [
  "reset_pullrequest_approvals_on_change",
  "smart_reset_pullrequest_approvals",
  "reset_pullrequest_changes_requested_on_change",
] as const satisfies readonly RestrictionKind[];

type Destination = Pick<AffectedPullRequest, "repositoryUuid" | "destinationBranch">;

/** Which reviews end when the source of a pull request changes. */
type Resets = {
  /** `if-diff-changes`: those of a source that still changes the same stay. */
  readonly approvals: "never" | "always" | "if-diff-changes";
  readonly changesRequested: boolean;
};

/** By the restrictions of the destination branch. One statement if there are none. */
async function readResets(
  db: Kysely<Schema>,
  { repositoryUuid, destinationBranch }: Destination,
): Promise<Resets> {
  const stored = await listRestrictions(db, repositoryUuid, { kinds: KINDS });
  if (stored.length === 0) return { approvals: "never", changesRequested: false };
  const repository = await getRepository(db, repositoryUuid);
  const rules = await listMatchingRules({ database: { kysely: db } }, repository, destinationBranch, KINDS);
  const has = (kind: (typeof KINDS)[number]) => rules.some((rule) => rule.kind === kind);
  const always = has("reset_pullrequest_approvals_on_change") ? "always" : "never";
  return {
    // The smart one narrows the other. Alone it does the same: whoever sets it wants approvals to end (our choice).
    approvals: has("smart_reset_pullrequest_approvals") ? "if-diff-changes" : always,
    changesRequested: has("reset_pullrequest_changes_requested_on_change"),
  };
}

async function hasReviews(db: Kysely<Schema>, key: PullRequestKey, state: ReviewState): Promise<boolean> {
  return (await listParticipants(db, key)).some((participant) => participant.state === state);
}

/**
 * Ends the reviews that a change of the source ends. Call it in the transaction of the change, with the pull request's
 * row locked.
 *
 * @param isSame whether the source still changes the same, as `compareSource` told. Undefined: nobody has asked.
 * @returns false if that has to be known, and nothing is done before.
 */
export async function resetReviews(
  tx: Kysely<Schema>,
  affected: AffectedPullRequest,
  isSame: boolean | undefined,
): Promise<boolean> {
  const { approvals, changesRequested } = await readResets(tx, affected);
  const ended: ReviewState[] = changesRequested ? ["changes_requested"] : [];
  if (approvals === "always") ended.push("approved");
  if (approvals === "if-diff-changes" && isSame !== true) {
    if (isSame === undefined && (await hasReviews(tx, affected, "approved"))) return false;
    ended.push("approved");
  }
  await endReviews(tx, affected, ended);
  return true;
}

async function endReviews(
  tx: Kysely<Schema>,
  key: PullRequestKey,
  states: readonly ReviewState[],
): Promise<void> {
  if (states.length === 0) return;
  await clearReviews(tx, key, states);
  await deleteReviewActivities(tx, key, states);
}

/**
 * The same for another destination, by its own restrictions: reviews of other changes do not count there. Unlike a push
 * it ends none if the diff is the same.
 */
export async function resetReviewsFor(
  tx: Kysely<Schema>,
  key: PullRequestKey,
  destinationBranch: BranchName,
): Promise<void> {
  const { approvals, changesRequested } = await readResets(tx, { ...key, destinationBranch });
  await endReviews(tx, key, [
    ...(approvals === "never" ? [] : ["approved" as const]),
    ...(changesRequested ? ["changes_requested" as const] : []),
  ]);
}

/**
 * Whether the source at `commit` changes the same as it did before, if an approval hangs on that. To be asked before the
 * transaction; the commits are in the destination by then.
 *
 * @returns undefined if it does not matter.
 */
export async function compareSource(
  { database, packs }: Pick<Ports, "database" | "packs">,
  affected: AffectedPullRequest,
  commit: ObjectId,
  signal: AbortSignal,
): Promise<boolean | undefined> {
  const { kysely } = database;
  const { repositoryUuid, sourceCommit, destinationBranch } = affected;
  const { approvals } = await readResets(kysely, affected);
  if (approvals !== "if-diff-changes" || !(await hasReviews(kysely, affected, "approved"))) return undefined;
  const name = `${BRANCH_PREFIX}${destinationBranch}` as RefName;
  const destination = (await findRefs(kysely, repositoryUuid, [name])).get(name);
  if (destination === undefined) return false;
  return withRepository(packs, repositoryUuid, ({ gitDir }) =>
    isSameDiff(
      { branch: destination.target, tip: sourceCommit },
      { branch: destination.target, tip: commit },
      { gitDir, signal },
    ),
  );
}
