import type { Kysely, Selectable } from "kysely";
import type { Actor } from "../../../model/audit.ts";
import type { OauthConsumer } from "../../../model/oauth-consumer.ts";
import type { OauthGrant, OauthGrantKind } from "../../../model/oauth-grant.ts";
import type { TokenRevoker } from "../../../model/token.ts";
import type { Uuid } from "../../../model/uuid.ts";
import { instant, optionalInstant } from "../columns.ts";
import type { OauthGrantRow } from "../schema/oauth.ts";
import type { Schema } from "../schema.ts";
import { toOauthScopes } from "../tokens/tokens.ts";
import { findConsumer } from "./consumers.ts";

const COLUMNS = [
  "oauth_grant.uuid",
  "oauth_grant.kind",
  "oauth_grant.consumer_uuid",
  "oauth_grant.account_uuid",
  "oauth_grant.scopes",
  "oauth_grant.created_at",
  "oauth_grant.last_used_at",
  "oauth_grant.revoked_at",
] as const;

function toGrant(row: Selectable<OauthGrantRow>): OauthGrant {
  return {
    uuid: row.uuid as Uuid,
    kind: row.kind as OauthGrantKind,
    consumerUuid: (row.consumer_uuid ?? undefined) as Uuid | undefined,
    accountUuid: row.account_uuid as Uuid,
    scopes: toOauthScopes(row.scopes),
    createdAt: instant(row.created_at),
    lastUsedAt: optionalInstant(row.last_used_at),
    revokedAt: optionalInstant(row.revoked_at),
  };
}

export async function insertGrant(tx: Kysely<Schema>, grant: OauthGrant): Promise<void> {
  await tx
    .insertInto("oauth_grant")
    .values({
      uuid: grant.uuid,
      kind: grant.kind,
      consumer_uuid: grant.consumerUuid ?? null,
      account_uuid: grant.accountUuid,
      scopes: grant.scopes.join(" "),
      created_at: grant.createdAt.getTime(),
      last_used_at: grant.lastUsedAt?.getTime() ?? null,
      revoked_at: grant.revokedAt?.getTime() ?? null,
    })
    .execute();
}

export async function findGrant(db: Kysely<Schema>, uuid: Uuid): Promise<OauthGrant | undefined> {
  const row = await db.selectFrom("oauth_grant").select(COLUMNS).where("uuid", "=", uuid).executeTakeFirst();
  return row && toGrant(row);
}

/** Those that live, of the accounts, consumers and kinds that are asked for; newest first. */
export async function listLivingGrants(
  db: Kysely<Schema>,
  asked: {
    readonly accountUuid?: Uuid;
    readonly consumerUuid?: Uuid;
    readonly kind?: OauthGrantKind;
  },
): Promise<readonly OauthGrant[]> {
  let query = db
    .selectFrom("oauth_grant")
    .select(COLUMNS)
    .where("revoked_at", "is", null)
    .orderBy("created_at", "desc")
    .orderBy("uuid");
  if (asked.accountUuid !== undefined) query = query.where("account_uuid", "=", asked.accountUuid);
  if (asked.consumerUuid !== undefined) query = query.where("consumer_uuid", "=", asked.consumerUuid);
  if (asked.kind !== undefined) query = query.where("kind", "=", asked.kind);
  return (await query.execute()).map(toGrant);
}

export async function touchGrant(tx: Kysely<Schema>, uuid: Uuid, at: Date): Promise<void> {
  await tx.updateTable("oauth_grant").set({ last_used_at: at.getTime() }).where("uuid", "=", uuid).execute();
}

/**
 * Ends grants with all that comes from them: access tokens, refresh tokens, codes.
 *
 * @returns the grants that lived until now.
 */
export async function revokeGrants(
  tx: Kysely<Schema>,
  grants: readonly Uuid[],
  at: Date,
  by: Actor,
): Promise<readonly OauthGrant[]> {
  const ended: OauthGrant[] = [];
  for (const uuid of grants) {
    const row = await tx
      .updateTable("oauth_grant")
      .set({ revoked_at: at.getTime() })
      .where("uuid", "=", uuid)
      .where("revoked_at", "is", null)
      .returning(COLUMNS)
      .executeTakeFirst();
    if (row !== undefined) ended.push(toGrant(row));
    await tx
      .updateTable("api_token")
      .set({
        revoked_at: at.getTime(),
        revoked_by: (by.kind === "anonymous" ? "holder" : by.kind) satisfies TokenRevoker["kind"],
        revoked_by_account_uuid: by.kind === "account" ? by.accountUuid : null,
      })
      .where("grant_uuid", "=", uuid)
      .where("revoked_at", "is", null)
      .execute();
    await tx.deleteFrom("oauth_refresh_token").where("grant_uuid", "=", uuid).execute();
  }
  return ended;
}

export type GrantWithConsumer = { readonly grant: OauthGrant; readonly consumer: OauthConsumer };

/** What an account has allowed to consumers, and has not ended. */
export async function listAllowedConsumers(
  db: Kysely<Schema>,
  accountUuid: Uuid,
): Promise<readonly GrantWithConsumer[]> {
  const grants = await listLivingGrants(db, { accountUuid });
  const found = await Promise.all(
    grants.map(async (grant) => ({
      grant,
      consumer: grant.consumerUuid && (await findConsumer(db, grant.consumerUuid)),
    })),
  );
  return found.flatMap(({ grant, consumer }) => (consumer === undefined ? [] : [{ grant, consumer }]));
}

/** How many accounts have allowed a consumer something, and how many of its access tokens live. */
export async function countUse(
  db: Kysely<Schema>,
  consumerUuid: Uuid,
  now: Date,
): Promise<{ readonly accounts: number; readonly tokens: number }> {
  const accounts = await db
    .selectFrom("oauth_grant")
    .select((eb) => eb.fn.count<number>("account_uuid").distinct().as("count"))
    .where("consumer_uuid", "=", consumerUuid)
    .where("revoked_at", "is", null)
    .where("kind", "in", ["authorization-code", "device"])
    .executeTakeFirstOrThrow();
  const tokens = await db
    .selectFrom("api_token")
    .innerJoin("oauth_grant", "oauth_grant.uuid", "api_token.grant_uuid")
    .select((eb) => eb.fn.countAll<number>().as("count"))
    .where("oauth_grant.consumer_uuid", "=", consumerUuid)
    .where("api_token.revoked_at", "is", null)
    .where("api_token.expires_at", ">", now.getTime())
    .executeTakeFirstOrThrow();
  return { accounts: Number(accounts.count), tokens: Number(tokens.count) };
}

export async function countLivingTokens(db: Kysely<Schema>, grantUuid: Uuid, now: Date): Promise<number> {
  const row = await db
    .selectFrom("api_token")
    .select((eb) => eb.fn.countAll<number>().as("count"))
    .where("grant_uuid", "=", grantUuid)
    .where("revoked_at", "is", null)
    .where("expires_at", ">", now.getTime())
    .executeTakeFirstOrThrow();
  return Number(row.count);
}

/** An access token by SHA-256 of its text, whether it lives or not. */
export async function findIssuedToken(
  db: Kysely<Schema>,
  digest: Buffer,
): Promise<{ readonly uuid: Uuid; readonly grantUuid: Uuid; readonly expiresAt: Date } | undefined> {
  const row = await db
    .selectFrom("api_token")
    .select(["uuid", "grant_uuid", "expires_at"])
    .where("digest", "=", digest)
    .where("kind", "=", "oauth")
    .executeTakeFirst();
  return (
    row && {
      uuid: row.uuid as Uuid,
      grantUuid: row.grant_uuid as Uuid,
      expiresAt: instant(row.expires_at),
    }
  );
}
