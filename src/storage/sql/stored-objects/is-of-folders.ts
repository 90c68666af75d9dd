import type { Kysely } from "kysely";
import type { Schema } from "../schema.ts";

/** The number of repositories that are looked at: the oldest. */
const SAMPLE_SIZE = 20;

/** Whether repositories of the database have refs, and no packs in an object store. */
export async function isOfFolders(db: Kysely<Schema>): Promise<boolean> {
  const oldest = db
    .selectFrom("repository")
    .select("uuid")
    .where(({ exists, selectFrom }) =>
      exists(
        selectFrom("ref").select("ref.name").whereRef("ref.repository_uuid", "=", "repository.uuid").limit(1),
      ),
    )
    .orderBy("created_at")
    .limit(SAMPLE_SIZE);
  const row = await db
    .selectFrom(oldest.as("oldest"))
    .select("oldest.uuid")
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom("pack").select("pack.object_name").whereRef("pack.repository_uuid", "=", "oldest.uuid"),
        ),
      ),
    )
    .executeTakeFirst();
  return row !== undefined;
}
