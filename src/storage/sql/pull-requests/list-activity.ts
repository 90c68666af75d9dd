import type { Kysely } from "kysely";
import type { PullRequestKey, PullRequestUpdate } from "../../../model/pull-request.ts";
import type { PullRequestActivity } from "../../../model/pull-request-activity.ts";
import type { Uuid } from "../../../model/uuid.ts";
import { toAccount } from "../accounts/accounts.ts";
import { instant } from "../columns.ts";
import type { Schema } from "../schema.ts";

export type ActivityListOptions = {
  readonly repositoryUuid: Uuid;
  /** Undefined: of all pull requests of the repository. */
  readonly pullRequestId: number | undefined;
  /** Only entries before this one. */
  readonly before: number | undefined;
  readonly limit: number;
};

/** What has happened, newest first. One statement. */
export async function listActivity(
  db: Kysely<Schema>,
  { repositoryUuid, pullRequestId, before, limit }: ActivityListOptions,
): Promise<readonly PullRequestActivity[]> {
  let listed = activityQuery(db).where("activity.repository_uuid", "=", repositoryUuid);
  if (pullRequestId !== undefined) listed = listed.where("activity.pull_request_id", "=", pullRequestId);
  if (before !== undefined) listed = listed.where("activity.id", "<", before);
  const rows = await listed.orderBy("activity.id", "desc").limit(limit).execute();
  return rows.map((row) => {
    const entry = {
      sequence: row.id,
      pullRequest: { id: row.pull_request_id, title: row.title, isDraft: row.is_draft === 1 },
      account: toActor(row),
      at: instant(row.at),
    };
    switch (row.kind) {
      case "update":
        return { ...entry, kind: "update", update: JSON.parse(row.details!) as PullRequestUpdate };
      case "comment":
        return { ...entry, kind: "comment", commentId: row.comment_id! };
      default:
        return { ...entry, kind: row.kind as "approval" | "changes_requested" };
    }
  });
}

/** How much has happened to one pull request. */
export async function countActivity(
  db: Kysely<Schema>,
  { repositoryUuid, id }: PullRequestKey,
): Promise<number> {
  const { size } = await db
    .selectFrom("pull_request_activity")
    .select((eb) => eb.fn.countAll<number>().as("size"))
    .where("repository_uuid", "=", repositoryUuid)
    .where("pull_request_id", "=", id)
    .executeTakeFirstOrThrow();
  return Number(size);
}

function activityQuery(db: Kysely<Schema>) {
  return db
    .selectFrom("pull_request_activity as activity")
    .innerJoin("pull_request", (join) =>
      join
        .onRef("pull_request.repository_uuid", "=", "activity.repository_uuid")
        .onRef("pull_request.id", "=", "activity.pull_request_id"),
    )
    .leftJoin("account", "account.uuid", "activity.account_uuid")
    .select([
      "activity.id",
      "activity.pull_request_id",
      "activity.kind",
      "activity.comment_id",
      "activity.details",
      "activity.at",
      "pull_request.title",
      "pull_request.is_draft",
      "account.uuid",
      "account.account_kind",
      "account.account_id",
      "account.username",
      "account.display_name",
      "account.nickname",
      "account.disabled_at",
      "account.created_at",
    ]);
}

type Row = Awaited<ReturnType<ReturnType<typeof activityQuery>["execute"]>>[number];

function toActor({ uuid, ...row }: Row) {
  if (uuid === null) return undefined;
  return toAccount({
    uuid,
    account_kind: row.account_kind!,
    account_id: row.account_id!,
    username: row.username!,
    display_name: row.display_name!,
    nickname: row.nickname!,
    disabled_at: row.disabled_at,
    created_at: row.created_at!,
  });
}
