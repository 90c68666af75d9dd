import type { Kysely } from "kysely";
import type { Uuid } from "../../../model/uuid.ts";
import { flag } from "../columns.ts";
import type { Schema } from "../schema.ts";

/** Whether a repository has a default merge strategy of its own instead of its project's. */
export async function hasOwnMergeStrategy(db: Kysely<Schema>, repositoryUuid: Uuid): Promise<boolean> {
  const row = await db
    .selectFrom("repository_override")
    .select("default_merge_strategy")
    .where("repository_uuid", "=", repositoryUuid)
    .executeTakeFirst();
  return row?.default_merge_strategy === 1;
}

export async function setOwnMergeStrategy(
  db: Kysely<Schema>,
  repositoryUuid: Uuid,
  isOwn: boolean,
): Promise<void> {
  const flags = { default_merge_strategy: flag(isOwn) };
  await db
    .insertInto("repository_override")
    .values({ repository_uuid: repositoryUuid, ...flags })
    .onConflict((conflict) => conflict.column("repository_uuid").doUpdateSet(flags))
    .execute();
}
