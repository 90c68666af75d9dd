import type { Kysely, Selectable } from "kysely";
import type { ApiToken, TokenOrigin, TokenRevoker } from "../../../model/api-token.ts";
import type { Actor } from "../../../model/audit.ts";
import { type GrantedScope, parseScope } from "../../../model/scope.ts";
import type { Uuid } from "../../../model/uuid.ts";
import { instant, optionalInstant } from "../columns.ts";
import type { ApiTokenRow, Schema } from "../schema.ts";
import { REFUSALS } from "./token-refusals.ts";

/** The columns of a token, without its digest. */
export const TOKEN_COLUMNS = [
  "api_token.uuid",
  "api_token.account_uuid",
  "api_token.name",
  "api_token.scopes",
  "api_token.created_at",
  "api_token.expires_at",
  "api_token.revoked_at",
  "api_token.last_used_at",
  "api_token.successor_uuid",
] as const;

/** What only pages show. */
type HistoryColumn = "last_used_address" | "last_used_client" | "revoked_by" | "revoked_by_account_uuid";

export function toApiToken(row: Omit<Selectable<ApiTokenRow>, "digest" | HistoryColumn>): ApiToken {
  return {
    uuid: row.uuid as Uuid,
    accountUuid: row.account_uuid as Uuid,
    name: row.name,
    scopes: toScopes(row.scopes),
    createdAt: instant(row.created_at),
    expiresAt: instant(row.expires_at),
    revokedAt: optionalInstant(row.revoked_at),
    lastUsedAt: optionalInstant(row.last_used_at),
    successorUuid: (row.successor_uuid ?? undefined) as Uuid | undefined,
  };
}

/** Scopes that this version does not know give no access, so they are left out. */
export function toScopes(text: string): readonly GrantedScope[] {
  return text.split(" ").flatMap((scope) => parseScope(scope) ?? []);
}

/** Stores a new token under SHA-256 of its text. */
export async function insertToken(db: Kysely<Schema>, token: ApiToken, digest: Buffer): Promise<void> {
  await db
    .insertInto("api_token")
    .values({
      uuid: token.uuid,
      account_uuid: token.accountUuid,
      name: token.name,
      digest,
      scopes: token.scopes.join(" "),
      created_at: token.createdAt.getTime(),
      expires_at: token.expiresAt.getTime(),
      revoked_at: token.revokedAt?.getTime() ?? null,
      last_used_at: token.lastUsedAt?.getTime() ?? null,
      successor_uuid: token.successorUuid ?? null,
    })
    .execute();
}

export async function findTokenByUuid(db: Kysely<Schema>, uuid: Uuid): Promise<ApiToken | undefined> {
  const row = await db
    .selectFrom("api_token")
    .select(TOKEN_COLUMNS)
    .where("uuid", "=", uuid)
    .executeTakeFirst();
  return row && toApiToken(row);
}

/** SHA-256 of the token's text, 32 bytes. */
export async function findTokenDigest(db: Kysely<Schema>, uuid: Uuid): Promise<Buffer | undefined> {
  const row = await db.selectFrom("api_token").select("digest").where("uuid", "=", uuid).executeTakeFirst();
  return row?.digest;
}

/** The tokens of an account, or of all, newest first: also expired and revoked ones. */
export async function listTokens(db: Kysely<Schema>, accountUuid?: Uuid): Promise<readonly ApiToken[]> {
  let query = db.selectFrom("api_token").select(TOKEN_COLUMNS).orderBy("created_at", "desc").orderBy("uuid");
  if (accountUuid !== undefined) query = query.where("account_uuid", "=", accountUuid);
  return (await query.execute()).map(toApiToken);
}

/** @returns false if there is no such token, or it was revoked before: the first instant stays. */
export async function revokeToken(db: Kysely<Schema>, uuid: Uuid, at: Date, by: Actor): Promise<boolean> {
  const result = await db
    .updateTable("api_token")
    .set({
      revoked_at: at.getTime(),
      revoked_by: (by.kind === "anonymous" ? "holder" : by.kind) satisfies TokenRevoker["kind"],
      revoked_by_account_uuid: by.kind === "account" ? by.accountUuid : null,
    })
    .where("uuid", "=", uuid)
    .where("revoked_at", "is", null)
    .executeTakeFirst();
  return result.numUpdatedRows > 0n;
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
 * Records a token's successor, and its new end.
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
  return result.numUpdatedRows > 0n;
}

/** The statement of the look-up by digest: a token and its account in one row, and which workspaces refuse the token. */
export function tokenByDigestQuery(db: Kysely<Schema>, digest: Buffer) {
  return db
    .selectFrom("api_token")
    .innerJoin("account", "account.uuid", "api_token.account_uuid")
    .select(TOKEN_COLUMNS)
    .select([
      "account.account_id",
      "account.username",
      "account.display_name",
      "account.nickname",
      "account.disabled_at",
      "account.created_at as account_created_at",
    ])
    .select(REFUSALS.as("refusals"))
    .where("api_token.digest", "=", digest);
}
