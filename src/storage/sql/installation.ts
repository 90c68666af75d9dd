import type { Kysely } from "kysely";
import { isPostgres } from "./database-now.ts";
import type { Schema } from "./schema.ts";

export type Installation = {
  readonly id: string;
  /** The object store that it has begun with. Null: none yet, or with a version that did not note it. */
  readonly storeOrigin: string | null;
};

/** Undefined if the database has no id yet. */
export async function findInstallation(db: Kysely<Schema>): Promise<Installation | undefined> {
  return db.selectFrom("installation").select(["id", "store_origin as storeOrigin"]).executeTakeFirst();
}

/** The id of this database; undefined if it has none yet. */
export async function findInstallationId(db: Kysely<Schema>): Promise<string | undefined> {
  return (await findInstallation(db))?.id;
}

/** There must be none. */
export async function insertInstallation(
  db: Kysely<Schema>,
  { id, storeOrigin }: Installation,
): Promise<void> {
  await db.insertInto("installation").values({ number: 1, id, store_origin: storeOrigin }).execute();
}

/** @returns the id that the database has now: another process may have set one before. */
export async function adoptInstallationId(db: Kysely<Schema>, id: string): Promise<string> {
  await db
    .insertInto("installation")
    .values({ number: 1, id })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  return (await findInstallationId(db)) ?? id;
}

/** The row, which nobody else locks or changes until the transaction ends. It must be there. */
export async function lockInstallation(tx: Kysely<Schema>): Promise<Installation> {
  const query = tx.selectFrom("installation").select(["id", "store_origin as storeOrigin"]);
  return (isPostgres(tx) ? query.forUpdate() : query).executeTakeFirstOrThrow();
}

/** @returns what the database has now: another process may have set one before. */
export async function adoptStoreOrigin(db: Kysely<Schema>, origin: string): Promise<string> {
  await db
    .updateTable("installation")
    .set({ store_origin: origin })
    .where("store_origin", "is", null)
    .execute();
  return (await findInstallation(db))?.storeOrigin ?? origin;
}
