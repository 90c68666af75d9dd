import { type Kysely, sql } from "kysely";
import type { Account } from "../../../model/account.ts";
import type { Uuid } from "../../../model/uuid.ts";
import { ACCOUNT_COLUMNS, toAccount } from "../accounts/accounts.ts";
import type { Schema } from "../schema.ts";

type Watching = { readonly snippetUuid: Uuid; readonly accountUuid: Uuid };

/** Does nothing if the account is watching already. */
export async function insertWatcher(
  tx: Kysely<Schema>,
  { snippetUuid, accountUuid }: Watching,
  startedAt: Date,
): Promise<void> {
  await tx
    .insertInto("snippet_watcher")
    .values({ snippet_uuid: snippetUuid, account_uuid: accountUuid, started_at: startedAt.getTime() })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

export async function deleteWatcher(
  tx: Kysely<Schema>,
  { snippetUuid, accountUuid }: Watching,
): Promise<void> {
  await tx
    .deleteFrom("snippet_watcher")
    .where("snippet_uuid", "=", snippetUuid)
    .where("account_uuid", "=", accountUuid)
    .execute();
}

export async function findIsWatching(
  db: Kysely<Schema>,
  { snippetUuid, accountUuid }: Watching,
): Promise<boolean> {
  const row = await db
    .selectFrom("snippet_watcher")
    .select("started_at")
    .where("snippet_uuid", "=", snippetUuid)
    .where("account_uuid", "=", accountUuid)
    .executeTakeFirst();
  return row !== undefined;
}

/** A page of the accounts that watch a snippet, who began first. Two statements. */
export async function listWatchers(
  db: Kysely<Schema>,
  snippetUuid: Uuid,
  { page, pagelen }: { readonly page: number; readonly pagelen: number },
): Promise<{ readonly values: readonly Account[]; readonly size: number }> {
  const watching = db
    .selectFrom("snippet_watcher")
    .innerJoin("account", "account.uuid", "snippet_watcher.account_uuid")
    .where("snippet_watcher.snippet_uuid", "=", snippetUuid);
  const { size } = await watching.select(sql<number>`count(*)`.as("size")).executeTakeFirstOrThrow();
  const rows = await watching
    .select(ACCOUNT_COLUMNS)
    .orderBy("snippet_watcher.started_at")
    .orderBy("account.uuid")
    .limit(pagelen)
    .offset((page - 1) * pagelen)
    .execute();
  return { values: rows.map(toAccount), size };
}
