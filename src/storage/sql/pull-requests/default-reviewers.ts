import { type Kysely, type RawBuilder, type SqlBool, sql } from "kysely";
import type { Account } from "../../../model/account.ts";
import type { DefaultReviewer } from "../../../model/default-reviewer.ts";
import type { Uuid } from "../../../model/uuid.ts";
import { ACCOUNT_COLUMNS, toAccount } from "../accounts/accounts.ts";
import { effectiveRank, permissionRank } from "../permissions/permissions.ts";
import type { Schema } from "../schema.ts";

/**
 * Whether the account of the row may review in the repository of the row: it is enabled, and can read it by its
 * permissions, or as a member of the workspace if the repository is public. For queries that have both tables in scope.
 */
const MAY_REVIEW: RawBuilder<SqlBool> = sql<SqlBool>`account.disabled_at is null and (
  ${effectiveRank(sql.ref("account.uuid"))} >= ${sql.lit(permissionRank("read"))}
  or repository.is_private = 0 and exists (
    select 1 from workspace_member
    where workspace_member.workspace_uuid = repository.workspace_uuid
      and workspace_member.account_uuid = account.uuid))`;

/** Whether an account may review in a repository. False if one of them does not exist. */
export async function mayReview(
  db: Kysely<Schema>,
  repositoryUuid: Uuid,
  accountUuid: Uuid,
): Promise<boolean> {
  return (await findReviewersAmong(db, repositoryUuid, [accountUuid])).size > 0;
}

/** Those of the accounts that may review in a repository. */
export async function findReviewersAmong(
  db: Kysely<Schema>,
  repositoryUuid: Uuid,
  accountUuids: readonly Uuid[],
): Promise<ReadonlySet<Uuid>> {
  if (accountUuids.length === 0) return new Set();
  const rows = await db
    .selectFrom("repository")
    .innerJoin("account", (join) => join.on("account.uuid", "in", accountUuids))
    .select("account.uuid")
    .where("repository.uuid", "=", repositoryUuid)
    .where(MAY_REVIEW)
    .execute();
  return new Set(rows.map(({ uuid }) => uuid as Uuid));
}

/** The members of a repository's workspace that may review in it, by user name, up to `limit`. */
export async function listReviewCandidates(
  db: Kysely<Schema>,
  repositoryUuid: Uuid,
  limit: number,
): Promise<readonly Account[]> {
  const rows = await db
    .selectFrom("repository")
    .innerJoin("workspace_member as candidate", "candidate.workspace_uuid", "repository.workspace_uuid")
    .innerJoin("account", "account.uuid", "candidate.account_uuid")
    .select(ACCOUNT_COLUMNS)
    .where("repository.uuid", "=", repositoryUuid)
    .where(MAY_REVIEW)
    .orderBy("account.username_key")
    .limit(limit)
    .execute();
  return rows.map(toAccount);
}

/** Does nothing if the account is already a default reviewer of the project. @returns whether it was not. */
export async function insertProjectReviewer(
  db: Kysely<Schema>,
  projectUuid: Uuid,
  accountUuid: Uuid,
  addedAt: Date,
): Promise<boolean> {
  const result = await db
    .insertInto("project_default_reviewer")
    .values({ project_uuid: projectUuid, account_uuid: accountUuid, added_at: addedAt.getTime() })
    .onConflict((conflict) => conflict.columns(["project_uuid", "account_uuid"]).doNothing())
    .executeTakeFirst();
  return (result.numInsertedOrUpdatedRows ?? 0n) > 0n;
}

/** Does nothing if the account is already a default reviewer of the repository itself. @returns whether it was not. */
export async function insertRepositoryReviewer(
  db: Kysely<Schema>,
  repositoryUuid: Uuid,
  accountUuid: Uuid,
  addedAt: Date,
): Promise<boolean> {
  const result = await db
    .insertInto("repository_default_reviewer")
    .values({ repository_uuid: repositoryUuid, account_uuid: accountUuid, added_at: addedAt.getTime() })
    .onConflict((conflict) => conflict.columns(["repository_uuid", "account_uuid"]).doNothing())
    .executeTakeFirst();
  return (result.numInsertedOrUpdatedRows ?? 0n) > 0n;
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

/** @returns false if the account was not a default reviewer of the repository itself. */
export async function deleteRepositoryReviewer(
  db: Kysely<Schema>,
  repositoryUuid: Uuid,
  accountUuid: Uuid,
): Promise<boolean> {
  const result = await db
    .deleteFrom("repository_default_reviewer")
    .where("repository_uuid", "=", repositoryUuid)
    .where("account_uuid", "=", accountUuid)
    .executeTakeFirst();
  return result.numDeletedRows > 0n;
}

/** All default reviewers of a project whose accounts are enabled, by user name. */
export async function listProjectReviewers(
  db: Kysely<Schema>,
  projectUuid: Uuid,
): Promise<readonly Account[]> {
  const rows = await db
    .selectFrom("project_default_reviewer")
    .innerJoin("account", "account.uuid", "project_default_reviewer.account_uuid")
    .select(ACCOUNT_COLUMNS)
    .where("project_default_reviewer.project_uuid", "=", projectUuid)
    .where("account.disabled_at", "is", null)
    .orderBy("account.username_key")
    .execute();
  return rows.map(toAccount);
}

/** The default reviewers of a repository itself who may review in it, by user name. */
export async function listRepositoryReviewers(
  db: Kysely<Schema>,
  repositoryUuid: Uuid,
): Promise<readonly Account[]> {
  const rows = await db
    .selectFrom("repository")
    .innerJoin(
      "repository_default_reviewer",
      "repository_default_reviewer.repository_uuid",
      "repository.uuid",
    )
    .innerJoin("account", "account.uuid", "repository_default_reviewer.account_uuid")
    .select(ACCOUNT_COLUMNS)
    .where("repository.uuid", "=", repositoryUuid)
    .where(MAY_REVIEW)
    .orderBy("account.username_key")
    .execute();
  return rows.map(toAccount);
}

/**
 * The default reviewers of a repository and of its project who may review in it, by user name. Who is both counts as the
 * repository's.
 */
export async function listEffectiveReviewers(
  db: Kysely<Schema>,
  repositoryUuid: Uuid,
): Promise<readonly DefaultReviewer[]> {
  const rows = await db
    .selectFrom("repository")
    .innerJoin("account", (join) => join.onTrue())
    .leftJoin("repository_default_reviewer", (join) =>
      join
        .onRef("repository_default_reviewer.repository_uuid", "=", "repository.uuid")
        .onRef("repository_default_reviewer.account_uuid", "=", "account.uuid"),
    )
    .select(ACCOUNT_COLUMNS)
    .select("repository_default_reviewer.account_uuid as own_uuid")
    .where("repository.uuid", "=", repositoryUuid)
    .where(
      sql<SqlBool>`account.uuid in (
        select account_uuid from repository_default_reviewer where repository_uuid = ${repositoryUuid}
        union select account_uuid from project_default_reviewer
        where project_uuid = (select project_uuid from repository where uuid = ${repositoryUuid}))`,
    )
    .where(MAY_REVIEW)
    .orderBy("account.username_key")
    .execute();
  return rows.map((row) => ({
    account: toAccount(row),
    source: row.own_uuid === null ? "project" : "repository",
  }));
}
