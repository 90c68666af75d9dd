import { type Kysely, sql } from "kysely";
import type { Account } from "../../../model/account.ts";
import type { ExpiryNotice } from "../../../model/expiry-notice.ts";
import type { Token } from "../../../model/token.ts";
import type { Uuid } from "../../../model/uuid.ts";
import { ACCOUNT_COLUMNS, toAccount } from "../accounts/accounts.ts";
import type { Schema } from "../schema.ts";
import { TOKEN_COLUMNS, toToken } from "./tokens.ts";

/** A product of two `integer` would not fit into one. */
const DAY_MS = sql`cast(86400000 as bigint)`;

export type DueNotice = ExpiryNotice & { readonly token: Token; readonly account: Account };

/**
 * Tokens that end soon and whose owner has not been told at this distance from the end, or a nearer one. No distance counts
 * that is longer than the token's whole life, and none for a token that is about to be replaced.
 *
 * @param thresholds in days.
 */
export async function listDueNotices(
  db: Kysely<Schema>,
  {
    now,
    thresholds,
    limit,
  }: { readonly now: Date; readonly thresholds: readonly number[]; readonly limit: number },
): Promise<readonly DueNotice[]> {
  const at = now.getTime();
  const ascending = [...thresholds].sort((a, b) => a - b);
  const left = sql`api_token.expires_at - ${at}`;
  const life = sql`api_token.expires_at - api_token.created_at`;
  const cases = ascending.map(
    (days) =>
      sql`when ${left} <= ${sql.lit(days)} * ${DAY_MS} and ${life} > ${sql.lit(days)} * ${DAY_MS} then ${sql.lit(days)}`,
  );
  const days = sql<number | null>`case ${sql.join(cases, sql` `)} end`;
  const rows = await db
    .selectFrom("api_token")
    .innerJoin("account", "account.uuid", "api_token.account_uuid")
    .select(TOKEN_COLUMNS)
    .select(ACCOUNT_COLUMNS.filter((column) => column !== "account.uuid" && column !== "account.created_at"))
    .select(["account.created_at as account_created_at", days.as("days")])
    // The others live for minutes or hours, and clients make the next one by themselves.
    .where("api_token.kind", "in", ["api-token", "access-token"])
    .where("api_token.parent_uuid", "is", null)
    .where("api_token.revoked_at", "is", null)
    .where("api_token.successor_uuid", "is", null)
    .where("api_token.expires_at", ">", at)
    .where("api_token.expires_at", "<=", at + Math.max(...thresholds) * 86_400_000)
    .where("account.disabled_at", "is", null)
    .where(days, "is not", null)
    .where(
      sql<boolean>`not exists (select 1 from token_expiry_notice as told
        where told.token_uuid = api_token.uuid and told.days <= ${days})`,
    )
    .orderBy("api_token.expires_at")
    .orderBy("api_token.uuid")
    .limit(limit)
    .execute();
  return rows.map((row) => ({
    tokenUuid: row.uuid as Uuid,
    days: Number(row.days),
    token: toToken(row),
    account: toAccount({ ...row, uuid: row.account_uuid, created_at: row.account_created_at }),
  }));
}

/** @returns false if another server has noticed it. */
export async function insertExpiryNotice(
  tx: Kysely<Schema>,
  { tokenUuid, days }: ExpiryNotice,
  at: Date,
): Promise<boolean> {
  const result = await tx
    .insertInto("token_expiry_notice")
    .values({ token_uuid: tokenUuid, days, noticed_at: at.getTime(), mailed_at: null })
    .onConflict((conflict) => conflict.columns(["token_uuid", "days"]).doNothing())
    .executeTakeFirst();
  return (result.numInsertedOrUpdatedRows ?? 0n) > 0n;
}

export type UnmailedNotice = ExpiryNotice & { readonly token: Token };

/** Notices since `since` of which no mail was sent, of tokens that still work. */
export async function listUnmailedNotices(
  db: Kysely<Schema>,
  { now, since, limit }: { readonly now: Date; readonly since: Date; readonly limit: number },
): Promise<readonly UnmailedNotice[]> {
  const rows = await db
    .selectFrom("token_expiry_notice")
    .innerJoin("api_token", "api_token.uuid", "token_expiry_notice.token_uuid")
    .innerJoin("account", "account.uuid", "api_token.account_uuid")
    .select(TOKEN_COLUMNS)
    .select("token_expiry_notice.days")
    .where("token_expiry_notice.mailed_at", "is", null)
    .where("token_expiry_notice.noticed_at", ">=", since.getTime())
    .where("api_token.revoked_at", "is", null)
    .where("api_token.successor_uuid", "is", null)
    .where("api_token.expires_at", ">", now.getTime())
    .where("account.disabled_at", "is", null)
    .orderBy("token_expiry_notice.noticed_at")
    .orderBy("api_token.uuid")
    .limit(limit)
    .execute();
  return rows.map((row) => ({ tokenUuid: row.uuid as Uuid, days: row.days, token: toToken(row) }));
}

export async function setNoticeMailed(
  tx: Kysely<Schema>,
  { tokenUuid, days }: ExpiryNotice,
  at: Date,
): Promise<void> {
  await tx
    .updateTable("token_expiry_notice")
    .set({ mailed_at: at.getTime() })
    .where("token_uuid", "=", tokenUuid)
    .where("days", "=", days)
    .execute();
}

/** The workspaces with a webhook that listens to the coming ends of tokens. */
export async function listWorkspacesListeningTo(db: Kysely<Schema>, event: string): Promise<readonly Uuid[]> {
  const rows = await db
    .selectFrom("webhook")
    .select("workspace_uuid")
    .distinct()
    .where("repository_uuid", "is", null)
    .where("is_active", "=", 1)
    .where(sql<boolean>`' ' || webhook.events || ' ' like ${`% ${event} %`}`)
    .execute();
  return rows.map((row) => row.workspace_uuid as Uuid);
}

/** The accounts of the owners of the workspace in which an app user acts. */
export async function listOwnersAbove(db: Kysely<Schema>, appUserUuid: Uuid): Promise<readonly Account[]> {
  const rows = await db
    .selectFrom("app_user")
    .leftJoin("repository", "repository.uuid", "app_user.repository_uuid")
    .leftJoin("project", "project.uuid", "app_user.project_uuid")
    .innerJoin("workspace_member", (join) =>
      join.on(
        sql<boolean>`workspace_member.workspace_uuid =
          coalesce(app_user.workspace_uuid, project.workspace_uuid, repository.workspace_uuid)`,
      ),
    )
    .innerJoin("account", "account.uuid", "workspace_member.account_uuid")
    .select(ACCOUNT_COLUMNS)
    .where("app_user.account_uuid", "=", appUserUuid)
    .where("workspace_member.role", "=", "owner")
    .where("account.disabled_at", "is", null)
    .orderBy("account.uuid")
    .execute();
  return rows.map(toAccount);
}
