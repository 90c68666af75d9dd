import type { Kysely } from "kysely";
import type { Uuid } from "../../../model/uuid.ts";
import { instant } from "../columns.ts";
import type { Schema } from "../schema.ts";

/** A token that was created with an idempotency key, as long as the same answer is given again. */
export type TokenCreation = {
  /** The token with which the request was sent. */
  readonly creatorUuid: Uuid;
  readonly keyDigest: string;
  readonly requestDigest: string;
  readonly seed: string;
  readonly tokenUuid: Uuid;
  readonly expiresAt: Date;
};

/** @throws an error of uniqueness if there is one of the creator with this key. */
export async function insertTokenCreation(db: Kysely<Schema>, creation: TokenCreation): Promise<void> {
  await db
    .insertInto("token_creation")
    .values({
      creator_uuid: creation.creatorUuid,
      key_digest: creation.keyDigest,
      request_digest: creation.requestDigest,
      seed: creation.seed,
      token_uuid: creation.tokenUuid,
      expires_at: creation.expiresAt.getTime(),
    })
    .execute();
}

export async function findTokenCreation(
  db: Kysely<Schema>,
  { creatorUuid, keyDigest }: Pick<TokenCreation, "creatorUuid" | "keyDigest">,
): Promise<TokenCreation | undefined> {
  const row = await db
    .selectFrom("token_creation")
    .selectAll()
    .where("creator_uuid", "=", creatorUuid)
    .where("key_digest", "=", keyDigest)
    .executeTakeFirst();
  return (
    row && {
      creatorUuid,
      keyDigest,
      requestDigest: row.request_digest,
      seed: row.seed,
      tokenUuid: row.token_uuid as Uuid,
      expiresAt: instant(row.expires_at),
    }
  );
}

export async function deleteOldTokenCreations(db: Kysely<Schema>, now: Date): Promise<void> {
  await db.deleteFrom("token_creation").where("expires_at", "<=", now.getTime()).execute();
}
