import type { Kysely } from "kysely";
import type { CommitParticipant } from "../../../model/commit-comment.ts";
import type { ObjectId } from "../../../model/object-id.ts";
import type { Uuid } from "../../../model/uuid.ts";
import { ACCOUNT_COLUMNS, toAccount } from "../accounts/accounts.ts";
import { instant } from "../columns.ts";
import type { Schema } from "../schema.ts";

export type CommitApproval = {
  readonly repositoryUuid: Uuid;
  readonly commit: ObjectId;
  readonly accountUuid: Uuid;
};

/** Stores an approval. If it exists already, its time stays. */
export async function insertApproval(db: Kysely<Schema>, approval: CommitApproval, at: Date): Promise<void> {
  await db
    .insertInto("commit_approval")
    .values({
      repository_uuid: approval.repositoryUuid,
      commit_id: approval.commit,
      account_uuid: approval.accountUuid,
      approved_at: at.getTime(),
    })
    .onConflict((conflict) => conflict.columns(["repository_uuid", "commit_id", "account_uuid"]).doNothing())
    .execute();
}

/** @returns false if there was none. */
export async function deleteApproval(db: Kysely<Schema>, approval: CommitApproval): Promise<boolean> {
  const result = await db
    .deleteFrom("commit_approval")
    .where("repository_uuid", "=", approval.repositoryUuid)
    .where("commit_id", "=", approval.commit)
    .where("account_uuid", "=", approval.accountUuid)
    .executeTakeFirst();
  return result.numDeletedRows > 0n;
}

/**
 * The accounts that approved a commit, then those that only commented on it (deleted comments aside), each earliest
 * first. Two statements.
 */
export async function listCommitParticipants(
  db: Kysely<Schema>,
  repositoryUuid: Uuid,
  commit: ObjectId,
): Promise<readonly CommitParticipant[]> {
  const approvers = await db
    .selectFrom("commit_approval")
    .innerJoin("account", "account.uuid", "commit_approval.account_uuid")
    .select(ACCOUNT_COLUMNS)
    .select("commit_approval.approved_at as participated_at")
    .where("repository_uuid", "=", repositoryUuid)
    .where("commit_id", "=", commit)
    .orderBy("approved_at")
    .orderBy("account.uuid")
    .execute();
  const commenters = await db
    .selectFrom("commit_comment")
    .innerJoin("account", "account.uuid", "commit_comment.account_uuid")
    .select(ACCOUNT_COLUMNS)
    .select((eb) => eb.fn.max("commit_comment.created_at").as("participated_at"))
    .where("repository_uuid", "=", repositoryUuid)
    .where("commit_id", "=", commit)
    .where("is_deleted", "=", 0)
    .groupBy(ACCOUNT_COLUMNS)
    .orderBy("participated_at")
    .orderBy("account.uuid")
    .execute();
  const approved = new Set(approvers.map(({ uuid }) => uuid));
  return [
    ...approvers.map((row) => toParticipant(row, true)),
    ...commenters.filter(({ uuid }) => !approved.has(uuid)).map((row) => toParticipant(row, false)),
  ];
}

function toParticipant(
  row: Parameters<typeof toAccount>[0] & { readonly participated_at: number },
  hasApproved: boolean,
): CommitParticipant {
  return { account: toAccount(row), hasApproved, participatedAt: instant(row.participated_at) };
}
