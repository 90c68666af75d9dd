import type { Kysely, Selectable } from "kysely";
import type { OauthConsumer } from "../../../model/oauth-consumer.ts";
import type { Uuid } from "../../../model/uuid.ts";
import { flag, instant, optionalInstant } from "../columns.ts";
import type { OauthConsumerRow } from "../schema/oauth.ts";
import type { Schema } from "../schema.ts";
import { toOauthScopes } from "../tokens/tokens.ts";

const COLUMNS = [
  "oauth_consumer.uuid",
  "oauth_consumer.workspace_uuid",
  "oauth_consumer.account_uuid",
  "oauth_consumer.key",
  "oauth_consumer.name",
  "oauth_consumer.description",
  "oauth_consumer.url",
  "oauth_consumer.callback_url",
  "oauth_consumer.is_private",
  "oauth_consumer.scopes",
  "oauth_consumer.created_by_uuid",
  "oauth_consumer.created_at",
  "oauth_consumer.updated_at",
  "oauth_consumer.last_used_at",
] as const;

function toConsumer(row: Omit<Selectable<OauthConsumerRow>, "secret_digest">): OauthConsumer {
  return {
    uuid: row.uuid as Uuid,
    workspaceUuid: row.workspace_uuid as Uuid,
    accountUuid: row.account_uuid as Uuid,
    key: row.key,
    name: row.name,
    description: row.description,
    url: row.url ?? undefined,
    callbackUrl: row.callback_url ?? undefined,
    isPrivate: row.is_private === 1,
    scopes: toOauthScopes(row.scopes),
    createdByUuid: (row.created_by_uuid ?? undefined) as Uuid | undefined,
    createdAt: instant(row.created_at),
    updatedAt: instant(row.updated_at),
    lastUsedAt: optionalInstant(row.last_used_at),
  };
}

export async function insertConsumer(
  tx: Kysely<Schema>,
  consumer: OauthConsumer,
  secretDigest: Buffer,
): Promise<void> {
  await tx
    .insertInto("oauth_consumer")
    .values({
      uuid: consumer.uuid,
      workspace_uuid: consumer.workspaceUuid,
      account_uuid: consumer.accountUuid,
      key: consumer.key,
      secret_digest: secretDigest,
      created_by_uuid: consumer.createdByUuid ?? null,
      created_at: consumer.createdAt.getTime(),
      last_used_at: consumer.lastUsedAt?.getTime() ?? null,
      ...columnsToEdit(consumer),
    })
    .execute();
}

function columnsToEdit(consumer: OauthConsumer) {
  return {
    name: consumer.name,
    description: consumer.description,
    url: consumer.url ?? null,
    callback_url: consumer.callbackUrl ?? null,
    is_private: flag(consumer.isPrivate),
    scopes: consumer.scopes.join(" "),
    updated_at: consumer.updatedAt.getTime(),
  };
}

/** Stores what people may edit of it. */
export async function updateConsumer(tx: Kysely<Schema>, consumer: OauthConsumer): Promise<void> {
  await tx
    .updateTable("oauth_consumer")
    .set(columnsToEdit(consumer))
    .where("uuid", "=", consumer.uuid)
    .execute();
}

export async function setSecret(
  tx: Kysely<Schema>,
  uuid: Uuid,
  secretDigest: Buffer,
  at: Date,
): Promise<void> {
  await tx
    .updateTable("oauth_consumer")
    .set({ secret_digest: secretDigest, updated_at: at.getTime() })
    .where("uuid", "=", uuid)
    .execute();
}

/** Its grants, codes and refresh tokens go with it. Access tokens do not: they have to be revoked before. */
export async function deleteConsumer(tx: Kysely<Schema>, uuid: Uuid): Promise<void> {
  await tx.deleteFrom("oauth_consumer").where("uuid", "=", uuid).execute();
}

export type ConsumerAndSecret = { readonly consumer: OauthConsumer; readonly secretDigest: Buffer };

export async function findConsumerByKey(
  db: Kysely<Schema>,
  key: string,
): Promise<ConsumerAndSecret | undefined> {
  const row = await db
    .selectFrom("oauth_consumer")
    .select([...COLUMNS, "oauth_consumer.secret_digest"])
    .where("key", "=", key)
    .executeTakeFirst();
  return row && { consumer: toConsumer(row), secretDigest: row.secret_digest };
}

export async function findConsumer(db: Kysely<Schema>, uuid: Uuid): Promise<OauthConsumer | undefined> {
  const row = await db
    .selectFrom("oauth_consumer")
    .select(COLUMNS)
    .where("uuid", "=", uuid)
    .executeTakeFirst();
  return row && toConsumer(row);
}

/** Of a workspace, or of all; by name. */
export async function listConsumers(
  db: Kysely<Schema>,
  workspaceUuid?: Uuid,
): Promise<readonly OauthConsumer[]> {
  let query = db.selectFrom("oauth_consumer").select(COLUMNS).orderBy("name").orderBy("uuid");
  if (workspaceUuid !== undefined) query = query.where("workspace_uuid", "=", workspaceUuid);
  return (await query.execute()).map(toConsumer);
}

export async function countConsumers(db: Kysely<Schema>, workspaceUuid: Uuid): Promise<number> {
  const row = await db
    .selectFrom("oauth_consumer")
    .select((eb) => eb.fn.countAll<number>().as("count"))
    .where("workspace_uuid", "=", workspaceUuid)
    .executeTakeFirstOrThrow();
  return Number(row.count);
}

/** Writes the last use, unless one since `notBefore` is stored. */
export async function touchConsumer(
  tx: Kysely<Schema>,
  uuid: Uuid,
  at: Date,
  notBefore: Date,
): Promise<void> {
  await tx
    .updateTable("oauth_consumer")
    .set({ last_used_at: at.getTime() })
    .where("uuid", "=", uuid)
    .where((eb) => eb.or([eb("last_used_at", "is", null), eb("last_used_at", "<", notBefore.getTime())]))
    .execute();
}
