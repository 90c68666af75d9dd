import type { Kysely } from "kysely";
import type { PullRequestKey, PullRequestUpdate, ReviewState } from "../../../model/pull-request.ts";
import type { Uuid } from "../../../model/uuid.ts";
import type { Schema } from "../schema.ts";

/** Something that happened to a pull request. */
export type NewActivity = {
  /** Undefined: the operator. */
  readonly accountUuid: Uuid | undefined;
  readonly at: Date;
} & (
  | { readonly kind: "update"; readonly update: PullRequestUpdate }
  | { readonly kind: "approval" | "changes_requested" }
  | { readonly kind: "comment"; readonly commentId: number }
);

const KINDS: Record<ReviewState, string> = { approved: "approval", changes_requested: "changes_requested" };

/** Deletes what the activity says of an account's reviews: one that is taken back is not told of. */
export async function deleteReviewActivity(
  tx: Kysely<Schema>,
  { repositoryUuid, id }: PullRequestKey,
  accountUuid: Uuid,
): Promise<void> {
  await tx
    .deleteFrom("pull_request_activity")
    .where("repository_uuid", "=", repositoryUuid)
    .where("pull_request_id", "=", id)
    .where("account_uuid", "=", accountUuid)
    .where("kind", "in", Object.values(KINDS))
    .execute();
}

/** The same of everybody's reviews of these states. */
export async function deleteReviewActivities(
  tx: Kysely<Schema>,
  { repositoryUuid, id }: PullRequestKey,
  states: readonly ReviewState[],
): Promise<void> {
  await tx
    .deleteFrom("pull_request_activity")
    .where("repository_uuid", "=", repositoryUuid)
    .where("pull_request_id", "=", id)
    .where(
      "kind",
      "in",
      states.map((state) => KINDS[state]),
    )
    .execute();
}

/** Call it in the transaction of what happened. */
export async function insertActivity(
  tx: Kysely<Schema>,
  { repositoryUuid, id }: PullRequestKey,
  activity: NewActivity,
): Promise<void> {
  await tx
    .insertInto("pull_request_activity")
    .values({
      repository_uuid: repositoryUuid,
      pull_request_id: id,
      kind: activity.kind,
      account_uuid: activity.accountUuid ?? null,
      comment_id: activity.kind === "comment" ? activity.commentId : null,
      details: activity.kind === "update" ? JSON.stringify(activity.update) : null,
      at: activity.at.getTime(),
    })
    .execute();
}
