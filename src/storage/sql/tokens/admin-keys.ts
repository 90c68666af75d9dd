import type { Kysely, Selectable } from "kysely";
import type { AdminKey } from "../../../model/admin-key.ts";
import type { Uuid } from "../../../model/uuid.ts";
import { instant } from "../columns.ts";
import type { AdminKeyRow } from "../schema/admin-keys.ts";
import type { Schema } from "../schema.ts";

function toAdminKey(row: Omit<Selectable<AdminKeyRow>, "digest">): AdminKey {
  return {
    uuid: row.uuid as Uuid,
    name: row.name,
    createdAt: instant(row.created_at),
    expiresAt: instant(row.expires_at),
  };
}

const COLUMNS = ["uuid", "name", "created_at", "expires_at"] as const;

/** Stores a key under SHA-256 of its text. */
export async function insertAdminKey(tx: Kysely<Schema>, key: AdminKey, digest: Buffer): Promise<void> {
  await tx
    .insertInto("admin_key")
    .values({
      uuid: key.uuid,
      name: key.name,
      digest,
      created_at: key.createdAt.getTime(),
      expires_at: key.expiresAt.getTime(),
    })
    .execute();
}

export async function findAdminKeyByDigest(
  db: Kysely<Schema>,
  digest: Buffer,
): Promise<AdminKey | undefined> {
  const row = await db
    .selectFrom("admin_key")
    .select(COLUMNS)
    .where("digest", "=", digest)
    .executeTakeFirst();
  return row && toAdminKey(row);
}

/** The newest first. */
export async function listAdminKeys(db: Kysely<Schema>): Promise<readonly AdminKey[]> {
  const rows = await db
    .selectFrom("admin_key")
    .select(COLUMNS)
    .orderBy("created_at", "desc")
    .orderBy("uuid")
    .execute();
  return rows.map(toAdminKey);
}

/** @returns false if there is none. */
export async function deleteAdminKey(tx: Kysely<Schema>, uuid: Uuid): Promise<boolean> {
  const result = await tx.deleteFrom("admin_key").where("uuid", "=", uuid).executeTakeFirst();
  return result.numDeletedRows > 0n;
}
