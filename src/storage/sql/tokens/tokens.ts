import { type Kysely, type Selectable, sql } from "kysely";
import type { Actor } from "../../../model/audit.ts";
import { type OauthScope, parseOauthScope } from "../../../model/oauth-scope.ts";
import { type GrantedScope, parseScope } from "../../../model/scope.ts";
import type { ApiToken, Token, TokenKind, TokenOrigin, TokenRevoker } from "../../../model/token.ts";
import type { Uuid } from "../../../model/uuid.ts";
import { instant, optionalInstant } from "../columns.ts";
import type { ApiTokenRow, Schema } from "../schema.ts";
import { toBound, writeBound } from "./bound-column.ts";
import { PRIVATE_CONTENT_RULES } from "./private-content-rules.ts";
import { REFUSALS } from "./token-refusals.ts";

/** The columns of a token, without its digest. */
export const TOKEN_COLUMNS = [
  "api_token.uuid",
  "api_token.kind",
  "api_token.account_uuid",
  "api_token.name",
  "api_token.scopes",
  "api_token.bound",
  "api_token.parent_uuid",
  "api_token.grant_uuid",
  "api_token.created_at",
  "api_token.expires_at",
  "api_token.revoked_at",
  "api_token.last_used_at",
  "api_token.successor_uuid",
  "api_token.recorded_until",
] as const;

/** What only pages show. */
type HistoryColumn = "last_used_address" | "last_used_client" | "revoked_by" | "revoked_by_account_uuid";

export type TokenColumns = Omit<Selectable<ApiTokenRow>, "digest" | HistoryColumn>;

export function toToken(row: TokenColumns): Token {
  const common = {
    uuid: row.uuid as Uuid,
    accountUuid: row.account_uuid as Uuid,
    name: row.name,
    bound: toBound(row.bound),
    createdAt: instant(row.created_at),
    expiresAt: instant(row.expires_at),
    revokedAt: optionalInstant(row.revoked_at),
    lastUsedAt: optionalInstant(row.last_used_at),
    successorUuid: (row.successor_uuid ?? undefined) as Uuid | undefined,
    parentUuid: (row.parent_uuid ?? undefined) as Uuid | undefined,
    ...(row.recorded_until === null ? {} : { recordedUntil: instant(row.recorded_until) }),
  };
  const kind = row.kind as TokenKind;
  switch (kind) {
    case "api-token":
      return { ...common, kind, scopes: toScopes(row.scopes) };
    case "access-token":
      return { ...common, kind, scopes: toOauthScopes(row.scopes) };
    case "oauth":
      return { ...common, kind, scopes: toOauthScopes(row.scopes), grantUuid: row.grant_uuid as Uuid };
  }
}

/** For the rows of statements that select API tokens alone. */
export function toApiToken(row: TokenColumns): ApiToken {
  const token = toToken(row);
  if (token.kind !== "api-token") throw new Error("The statement has selected a token of another kind");
  return token;
}

/** Scopes that this version does not know give no access, so they are left out. */
export function toScopes(text: string): readonly GrantedScope[] {
  return text.split(" ").flatMap((scope) => parseScope(scope) ?? []);
}

export function toOauthScopes(text: string): readonly OauthScope[] {
  return text.split(" ").flatMap((scope) => parseOauthScope(scope) ?? []);
}

/** Stores a new token under SHA-256 of its text. Its parent, if it has one, must be locked against changes. */
export async function insertToken(db: Kysely<Schema>, token: Token, digest: Buffer): Promise<void> {
  await db
    .insertInto("api_token")
    .values({
      uuid: token.uuid,
      kind: token.kind,
      account_uuid: token.accountUuid,
      name: token.name,
      digest,
      scopes: token.scopes.join(" "),
      bound: writeBound(token.bound),
      parent_uuid: token.parentUuid ?? null,
      grant_uuid: token.kind === "oauth" ? token.grantUuid : null,
      created_at: token.createdAt.getTime(),
      expires_at: token.expiresAt.getTime(),
      revoked_at: token.revokedAt?.getTime() ?? null,
      last_used_at: token.lastUsedAt?.getTime() ?? null,
      successor_uuid: token.successorUuid ?? null,
    })
    .execute();
  if (token.parentUuid !== undefined)
    await sql`insert into api_token_ancestor (token_uuid, ancestor_uuid)
      select cast(${token.uuid} as text), ancestor_uuid from api_token_ancestor where token_uuid = ${token.parentUuid}
      union all select cast(${token.uuid} as text), cast(${token.parentUuid} as text)`.execute(db);
}

/** All tokens that it was derived from. */
export async function listAncestors(db: Kysely<Schema>, uuid: Uuid): Promise<readonly Uuid[]> {
  const rows = await db
    .selectFrom("api_token_ancestor")
    .select("ancestor_uuid")
    .where("token_uuid", "=", uuid)
    .execute();
  return rows.map((row) => row.ancestor_uuid as Uuid);
}

/** Of any kind. */
export async function findToken(db: Kysely<Schema>, uuid: Uuid): Promise<Token | undefined> {
  const row = await db
    .selectFrom("api_token")
    .select(TOKEN_COLUMNS)
    .where("uuid", "=", uuid)
    .executeTakeFirst();
  return row && toToken(row);
}

/** An API token. */
export async function findTokenByUuid(db: Kysely<Schema>, uuid: Uuid): Promise<ApiToken | undefined> {
  const row = await db
    .selectFrom("api_token")
    .select(TOKEN_COLUMNS)
    .where("uuid", "=", uuid)
    .where("kind", "=", "api-token")
    .executeTakeFirst();
  return row && toApiToken(row);
}

/** SHA-256 of the token's text, 32 bytes. */
export async function findTokenDigest(db: Kysely<Schema>, uuid: Uuid): Promise<Buffer | undefined> {
  const row = await db.selectFrom("api_token").select("digest").where("uuid", "=", uuid).executeTakeFirst();
  return row?.digest;
}

/** The API tokens of an account, or of all, newest first: also expired and revoked ones. */
export async function listTokens(db: Kysely<Schema>, accountUuid?: Uuid): Promise<readonly ApiToken[]> {
  let query = db
    .selectFrom("api_token")
    .select(TOKEN_COLUMNS)
    .where("kind", "=", "api-token")
    .orderBy("created_at", "desc")
    .orderBy("uuid");
  if (accountUuid !== undefined) query = query.where("account_uuid", "=", accountUuid);
  return (await query.execute()).map(toApiToken);
}

/** Of any kind: those that are not revoked and end after an instant. */
export async function listUnrevokedTokens(db: Kysely<Schema>, endAfter: Date): Promise<readonly Uuid[]> {
  const rows = await db
    .selectFrom("api_token")
    .select("uuid")
    .where("revoked_at", "is", null)
    .where("expires_at", ">", endAfter.getTime())
    .execute();
  return rows.map(({ uuid }) => uuid as Uuid);
}

/**
 * Revokes a token of any kind, with all that were derived from it.
 *
 * @returns false if there is no such token, or it was revoked before: the first instant stays.
 */
export async function revokeToken(db: Kysely<Schema>, uuid: Uuid, at: Date, by: Actor): Promise<boolean> {
  const revoked = {
    revoked_at: at.getTime(),
    revoked_by: (by.kind === "anonymous" ? "holder" : by.kind) satisfies TokenRevoker["kind"],
    revoked_by_account_uuid: by.kind === "account" ? by.accountUuid : null,
  };
  const result = await db
    .updateTable("api_token")
    .set(revoked)
    .where("uuid", "=", uuid)
    .where("revoked_at", "is", null)
    .executeTakeFirst();
  // By then the token is locked, so that none is being derived from it.
  await db
    .updateTable("api_token")
    .set(revoked)
    .where("uuid", "in", derivedFrom(db, uuid))
    .where("revoked_at", "is", null)
    .execute();
  return result.numUpdatedRows > 0n;
}

function derivedFrom(db: Kysely<Schema>, uuid: Uuid) {
  return db.selectFrom("api_token_ancestor").select("token_uuid").where("ancestor_uuid", "=", uuid);
}

/**
 * Writes the last use, unless one from `notBefore` to `at` is stored already, so that a busy token costs few writes. A
 * later time was written by a clock that was ahead.
 */
export async function touchLastUsed(
  db: Kysely<Schema>,
  uuid: Uuid,
  { at, notBefore, from }: { readonly at: Date; readonly notBefore: Date; readonly from: TokenOrigin },
): Promise<void> {
  await db
    .updateTable("api_token")
    .set({
      last_used_at: at.getTime(),
      last_used_address: from.address,
      last_used_client: from.client ?? null,
    })
    .where("uuid", "=", uuid)
    .where((eb) =>
      eb.or([
        eb("last_used_at", "is", null),
        eb("last_used_at", "<", notBefore.getTime()),
        eb("last_used_at", ">", at.getTime()),
      ]),
    )
    .execute();
}

/**
 * Records a token's successor, and its new end, which is also that of those that were derived from it.
 *
 * @returns false, with nothing changed, if it has a successor already: of two rotations at once, one wins.
 */
export async function setSuccessor(
  db: Kysely<Schema>,
  uuid: Uuid,
  successorUuid: Uuid,
  expiresAt: Date,
): Promise<boolean> {
  const result = await db
    .updateTable("api_token")
    .set({ successor_uuid: successorUuid, expires_at: expiresAt.getTime() })
    .where("uuid", "=", uuid)
    .where("successor_uuid", "is", null)
    .executeTakeFirst();
  if (result.numUpdatedRows === 0n) return false;
  await db
    .updateTable("api_token")
    .set({ expires_at: expiresAt.getTime() })
    .where("uuid", "in", derivedFrom(db, uuid))
    .where("expires_at", ">", expiresAt.getTime())
    .execute();
  return true;
}

/** Of the account of a token, beside `TOKEN_COLUMNS`, and of what it is an app user. */
export const TOKEN_ACCOUNT_COLUMNS = [
  "account.account_kind",
  "account.account_id",
  "account.username",
  "account.display_name",
  "account.nickname",
  "account.disabled_at",
  "account.created_at as account_created_at",
  "app_user.repository_uuid as app_repository_uuid",
  "app_user.project_uuid as app_project_uuid",
  "app_user.workspace_uuid as app_workspace_uuid",
] as const;

/** The statement of the look-up by digest: a token and its account in one row, and which workspaces refuse the token. */
export function tokenByDigestQuery(db: Kysely<Schema>, digest: Buffer) {
  return db
    .selectFrom("api_token")
    .innerJoin("account", "account.uuid", "api_token.account_uuid")
    .leftJoin("app_user", "app_user.account_uuid", "account.uuid")
    .select(TOKEN_COLUMNS)
    .select(TOKEN_ACCOUNT_COLUMNS)
    .select([REFUSALS.as("refusals"), PRIVATE_CONTENT_RULES.as("rules")])
    .where("api_token.digest", "=", digest);
}
