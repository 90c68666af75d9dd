import { type Kysely, type Selectable, type SelectQueryBuilder, sql } from "kysely";
import type { TokenRevoker, TokenWithHistory } from "../../../model/token.ts";
import type { Uuid } from "../../../model/uuid.ts";
import type { ApiTokenRow, Schema } from "../schema.ts";
import { TOKEN_COLUMNS, toApiToken } from "./tokens.ts";

type HistoryRow = Omit<Selectable<ApiTokenRow>, "digest"> & { readonly revoker_name: string | null };
type TokenQuery = SelectQueryBuilder<Schema, "api_token", Record<never, never>>;

/** With from where each was last used, and who revoked it. */
function withHistory(query: TokenQuery) {
  return query
    .leftJoin("account as revoker", "revoker.uuid", "api_token.revoked_by_account_uuid")
    .select(TOKEN_COLUMNS)
    .select([
      "api_token.last_used_address",
      "api_token.last_used_client",
      "api_token.revoked_by",
      "api_token.revoked_by_account_uuid",
      "revoker.display_name as revoker_name",
    ]);
}

function toTokenWithHistory(row: HistoryRow): TokenWithHistory {
  return {
    ...toApiToken(row),
    lastUsedFrom:
      row.last_used_address === null
        ? undefined
        : { address: row.last_used_address, client: row.last_used_client ?? undefined },
    revokedBy: toRevoker(row),
  };
}

function toRevoker(row: HistoryRow): TokenRevoker | undefined {
  switch (row.revoked_by as TokenRevoker["kind"] | null) {
    case "account":
      return {
        kind: "account",
        accountUuid: row.revoked_by_account_uuid as Uuid,
        displayName: row.revoker_name ?? "",
      };
    case "operator":
    case "holder":
      return { kind: row.revoked_by as "operator" | "holder" };
    case null:
      return undefined;
  }
}

/** Without those that were derived from another one: they are its holder's, and gone in minutes. */
function living(db: Kysely<Schema>, accountUuid: Uuid, now: Date): TokenQuery {
  return db
    .selectFrom("api_token")
    .where("api_token.kind", "=", "api-token")
    .where("api_token.parent_uuid", "is", null)
    .where("api_token.account_uuid", "=", accountUuid)
    .where("api_token.revoked_at", "is", null)
    .where("api_token.expires_at", ">", now.getTime());
}

/** The valid tokens of an account, the soonest end first. */
export async function listLivingTokens(
  db: Kysely<Schema>,
  accountUuid: Uuid,
  { now, limit }: { readonly now: Date; readonly limit: number },
): Promise<readonly TokenWithHistory[]> {
  const rows = await withHistory(living(db, accountUuid, now))
    .orderBy("api_token.expires_at")
    .orderBy("api_token.uuid")
    .limit(limit)
    .execute();
  return rows.map(toTokenWithHistory);
}

/** The valid tokens that were derived from one, at any distance, the soonest end first. */
export async function listLivingDescendants(
  db: Kysely<Schema>,
  uuid: Uuid,
  { now, limit }: { readonly now: Date; readonly limit: number },
): Promise<readonly TokenWithHistory[]> {
  const descendants = db
    .selectFrom("api_token")
    .where("api_token.kind", "=", "api-token")
    .where(({ eb, selectFrom }) =>
      eb(
        "api_token.uuid",
        "in",
        selectFrom("api_token_ancestor").select("token_uuid").where("ancestor_uuid", "=", uuid),
      ),
    )
    .where("api_token.revoked_at", "is", null)
    .where("api_token.expires_at", ">", now.getTime());
  const rows = await withHistory(descendants)
    .orderBy("api_token.expires_at")
    .orderBy("api_token.uuid")
    .limit(limit)
    .execute();
  return rows.map(toTokenWithHistory);
}

export async function countLivingTokens(db: Kysely<Schema>, accountUuid: Uuid, now: Date): Promise<number> {
  const row = await living(db, accountUuid, now)
    .select((eb) => eb.fn.countAll().as("count"))
    .executeTakeFirstOrThrow();
  return Number(row.count);
}

/** Whether the account has a valid token of this name. */
export async function hasLivingTokenNamed(
  db: Kysely<Schema>,
  accountUuid: Uuid,
  { name, now }: { readonly name: string; readonly now: Date },
): Promise<boolean> {
  const row = await living(db, accountUuid, now)
    .select("api_token.uuid")
    .where("api_token.name", "=", name)
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

const ENDED_AT = sql<number>`case
  when api_token.revoked_at is not null and api_token.revoked_at < api_token.expires_at then api_token.revoked_at
  else api_token.expires_at end`;

/** The tokens of an account that ended at `since` or later, the last one first. */
export async function listEndedTokens(
  db: Kysely<Schema>,
  accountUuid: Uuid,
  { since, now, limit }: { readonly since: Date; readonly now: Date; readonly limit: number },
): Promise<readonly TokenWithHistory[]> {
  const rows = await withHistory(
    db
      .selectFrom("api_token")
      .where("api_token.kind", "=", "api-token")
      .where("api_token.account_uuid", "=", accountUuid)
      .where("api_token.parent_uuid", "is", null)
      .where(ENDED_AT, ">=", since.getTime())
      .where((eb) =>
        eb.or([eb("api_token.revoked_at", "is not", null), eb("api_token.expires_at", "<=", now.getTime())]),
      ),
  )
    .orderBy(ENDED_AT, "desc")
    .orderBy("api_token.uuid")
    .limit(limit)
    .execute();
  return rows.map(toTokenWithHistory);
}

/** The tokens of an account, or of all, newest first: also expired and revoked ones. */
export async function listTokensWithHistory(
  db: Kysely<Schema>,
  accountUuid?: Uuid,
  { hasDerived = true }: { readonly hasDerived?: boolean } = {},
): Promise<readonly TokenWithHistory[]> {
  let query: TokenQuery = db.selectFrom("api_token").where("api_token.kind", "=", "api-token");
  if (accountUuid !== undefined) query = query.where("api_token.account_uuid", "=", accountUuid);
  if (!hasDerived) query = query.where("api_token.parent_uuid", "is", null);
  const rows = await withHistory(query)
    .orderBy("api_token.created_at", "desc")
    .orderBy("api_token.uuid")
    .execute();
  return rows.map(toTokenWithHistory);
}

/** One page of all tokens of an account, newest first, and how many there are. */
export async function listTokensOfAccount(
  db: Kysely<Schema>,
  accountUuid: Uuid,
  { page, pagelen }: { readonly page: number; readonly pagelen: number },
): Promise<{ readonly tokens: readonly TokenWithHistory[]; readonly size: number }> {
  const all: TokenQuery = db
    .selectFrom("api_token")
    .where("api_token.kind", "=", "api-token")
    .where("api_token.account_uuid", "=", accountUuid);
  const rows = await withHistory(all)
    .orderBy("api_token.created_at", "desc")
    .orderBy("api_token.uuid")
    .limit(pagelen)
    .offset((page - 1) * pagelen)
    .execute();
  const { count } = await all.select((eb) => eb.fn.countAll().as("count")).executeTakeFirstOrThrow();
  return { tokens: rows.map(toTokenWithHistory), size: Number(count) };
}

export async function findTokenWithHistory(
  db: Kysely<Schema>,
  uuid: Uuid,
): Promise<TokenWithHistory | undefined> {
  const row = await withHistory(
    db.selectFrom("api_token").where("api_token.kind", "=", "api-token").where("api_token.uuid", "=", uuid),
  ).executeTakeFirst();
  return row && toTokenWithHistory(row);
}
