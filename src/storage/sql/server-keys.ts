import type { Kysely } from "kysely";
import { isPostgres } from "./database-now.ts";
import type { ServerKeyRow } from "./schema/stored-objects.ts";
import type { Schema } from "./schema.ts";

/** The row that holds no key, but tells whether a sealing key is the right one. */
export const CHECK_NAME = "check";

export type SealingState = {
  /** Undefined: nothing has been sealed yet. */
  readonly check: Buffer | undefined;
  /** Whether a blob of this name is there. */
  readonly hasBlob: boolean;
};

/** Both of one moment. */
export async function findSealingState(db: Kysely<Schema>, blobName: string): Promise<SealingState> {
  const row = await db
    .selectNoFrom((eb) => [
      eb.selectFrom("server_key").select("sealed").where("name", "=", CHECK_NAME).as("sealed"),
      eb.selectFrom("blob").select("name").where("name", "=", blobName).as("blob_name"),
    ])
    .executeTakeFirstOrThrow();
  return { check: row.sealed ?? undefined, hasBlob: row.blob_name !== null };
}

/**
 * The row by which all others are sealed, until the transaction ends. Whoever adds one shares it, and whoever seals all
 * of them anew has it alone.
 */
export async function lockCheck(
  tx: Kysely<Schema>,
  strength: "share" | "update",
): Promise<Buffer | undefined> {
  const query = tx.selectFrom("server_key").select("sealed").where("name", "=", CHECK_NAME);
  const locked = strength === "share" ? query.forShare() : query.forUpdate();
  return (await (isPostgres(tx) ? locked : query).executeTakeFirst())?.sealed;
}

export function listServerKeys(db: Kysely<Schema>): Promise<readonly ServerKeyRow[]> {
  return db.selectFrom("server_key").selectAll().orderBy("name").execute();
}

export async function hasServerKeys(db: Kysely<Schema>): Promise<boolean> {
  return (await db.selectFrom("server_key").select("name").limit(1).executeTakeFirst()) !== undefined;
}

/** Leaves those that are there already as they are. */
export async function addServerKeys(db: Kysely<Schema>, rows: readonly ServerKeyRow[]): Promise<void> {
  if (rows.length === 0) return;
  await db
    .insertInto("server_key")
    .values([...rows])
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

/** @throws Error of a unique violation if it is there. */
export async function insertServerKey(db: Kysely<Schema>, row: ServerKeyRow): Promise<void> {
  await db.insertInto("server_key").values(row).execute();
}

export async function replaceServerKey(db: Kysely<Schema>, { name, sealed }: ServerKeyRow): Promise<void> {
  await db.updateTable("server_key").set({ sealed }).where("name", "=", name).execute();
}
