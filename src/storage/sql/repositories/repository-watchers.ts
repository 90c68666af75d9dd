import { type Kysely, sql } from "kysely";
import type { Account } from "../../../model/account.ts";
import type { Filter, Sort } from "../../../model/filter.ts";
import type { Uuid } from "../../../model/uuid.ts";
import { ACCOUNT_COLUMNS, toAccount } from "../accounts/accounts.ts";
import { compileFilter, compileSort, type FieldMap } from "../compile-filter.ts";
import type { Schema } from "../schema.ts";

const FIELDS: FieldMap = {
  uuid: { column: "account.uuid", type: "uuid" },
  account_id: { column: "account.account_id", type: "text" },
  nickname: { column: "account.nickname", type: "text" },
  display_name: { column: "account.display_name", type: "text" },
};

export type RepositoryWatching = { readonly repositoryUuid: Uuid; readonly accountUuid: Uuid };

/** Does nothing if the account is watching already. */
export async function insertRepositoryWatcher(
  tx: Kysely<Schema>,
  { repositoryUuid, accountUuid }: RepositoryWatching,
  startedAt: Date,
): Promise<void> {
  await tx
    .insertInto("repository_watcher")
    .values({ repository_uuid: repositoryUuid, account_uuid: accountUuid, started_at: startedAt.getTime() })
    .onConflict((conflict) => conflict.columns(["repository_uuid", "account_uuid"]).doNothing())
    .execute();
}

/** @returns false if the account was not watching. */
export async function deleteRepositoryWatcher(
  tx: Kysely<Schema>,
  { repositoryUuid, accountUuid }: RepositoryWatching,
): Promise<boolean> {
  const result = await tx
    .deleteFrom("repository_watcher")
    .where("repository_uuid", "=", repositoryUuid)
    .where("account_uuid", "=", accountUuid)
    .executeTakeFirst();
  return result.numDeletedRows > 0n;
}

export type WatcherListOptions = {
  readonly filter?: Filter;
  readonly sort?: Sort;
  /** From 1. */
  readonly page: number;
  readonly pagelen: number;
};

/** Who began first is first. Two statements. */
export async function listRepositoryWatchers(
  db: Kysely<Schema>,
  repositoryUuid: Uuid,
  { filter, sort, page, pagelen }: WatcherListOptions,
): Promise<{ readonly values: readonly Account[]; readonly size: number }> {
  let watching = db
    .selectFrom("repository_watcher")
    .innerJoin("account", "account.uuid", "repository_watcher.account_uuid")
    .where("repository_watcher.repository_uuid", "=", repositoryUuid);
  if (filter !== undefined) watching = watching.where(compileFilter(filter, FIELDS));
  const { size } = await watching.select(sql<number>`count(*)`.as("size")).executeTakeFirstOrThrow();
  const rows = await (sort === undefined ? watching : watching.orderBy(compileSort(sort, FIELDS)))
    .select(ACCOUNT_COLUMNS)
    .orderBy("repository_watcher.started_at")
    .orderBy("account.uuid")
    .limit(pagelen)
    .offset((page - 1) * pagelen)
    .execute();
  return { values: rows.map(toAccount), size };
}
