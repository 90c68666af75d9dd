import type { Kysely } from "kysely";
import type { Uuid } from "../../../model/uuid.ts";
import { databaseNow } from "../database-now.ts";
import type { Schema } from "../schema.ts";

/**
 * When it was last looked for objects of a repository that nothing reaches, and what time it is, both by the database's clock.
 * The first time counts from now on. Undefined if there is no such repository.
 */
export async function findDropCheck(
  db: Kysely<Schema>,
  repositoryUuid: Uuid,
): Promise<{ readonly checkedAt: Date; readonly now: Date } | undefined> {
  const row = await db
    .selectFrom("repository")
    .select(["drop_checked_at", databaseNow(db).as("now")])
    .where("uuid", "=", repositoryUuid)
    .executeTakeFirst();
  if (row === undefined) return undefined;
  if (row.drop_checked_at === null) await noteDropCheck(db, repositoryUuid);
  const now = new Date(Number(row.now));
  return { checkedAt: row.drop_checked_at === null ? now : new Date(row.drop_checked_at), now };
}

export async function noteDropCheck(db: Kysely<Schema>, repositoryUuid: Uuid): Promise<void> {
  await db
    .updateTable("repository")
    .set({ drop_checked_at: databaseNow(db) })
    .where("uuid", "=", repositoryUuid)
    .execute();
}
