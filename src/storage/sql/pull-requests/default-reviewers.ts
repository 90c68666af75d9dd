import type { Kysely } from "kysely";
import type { Account } from "../../../model/account.ts";
import type { Uuid } from "../../../model/uuid.ts";
import { ACCOUNT_COLUMNS, toAccount } from "../accounts/accounts.ts";
import type { Schema } from "../schema.ts";

/** Does nothing if the account is already a default reviewer of the project. */
export async function insertProjectReviewer(
  db: Kysely<Schema>,
  projectUuid: Uuid,
  accountUuid: Uuid,
  addedAt: Date,
): Promise<void> {
  await db
    .insertInto("project_default_reviewer")
    .values({ project_uuid: projectUuid, account_uuid: accountUuid, added_at: addedAt.getTime() })
    .onConflict((conflict) => conflict.columns(["project_uuid", "account_uuid"]).doNothing())
    .execute();
}

/** @returns false if the account was not a default reviewer of the project. */
export async function deleteProjectReviewer(
  db: Kysely<Schema>,
  projectUuid: Uuid,
  accountUuid: Uuid,
): Promise<boolean> {
  const result = await db
    .deleteFrom("project_default_reviewer")
    .where("project_uuid", "=", projectUuid)
    .where("account_uuid", "=", accountUuid)
    .executeTakeFirst();
  return result.numDeletedRows > 0n;
}

/** All default reviewers of a project, by user name. */
export async function listProjectReviewers(
  db: Kysely<Schema>,
  projectUuid: Uuid,
): Promise<readonly Account[]> {
  const rows = await db
    .selectFrom("project_default_reviewer")
    .innerJoin("account", "account.uuid", "project_default_reviewer.account_uuid")
    .select(ACCOUNT_COLUMNS)
    .where("project_default_reviewer.project_uuid", "=", projectUuid)
    .orderBy("account.username_key")
    .execute();
  return rows.map(toAccount);
}
