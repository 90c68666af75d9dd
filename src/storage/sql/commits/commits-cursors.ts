import type { Kysely } from "kysely";
import type { Uuid } from "../../../model/uuid.ts";
import { instant } from "../columns.ts";
import type { Schema } from "../schema.ts";

/**
 * The query of a list of commits, stored with its first page, so that a push in between does not change later pages.
 */
export type CommitsCursor = {
  /** 32 hex digits, derived from the state by the caller. */
  readonly key: string;
  readonly repositoryUuid: Uuid;
  /** JSON. */
  readonly state: string;
  readonly createdAt: Date;
};

/** Stores a cursor, or renews the date of the one that exists under the key: the same key means the same state. */
export async function saveCursor(db: Kysely<Schema>, cursor: CommitsCursor): Promise<void> {
  await db
    .insertInto("commits_cursor")
    .values({
      key: cursor.key,
      repository_uuid: cursor.repositoryUuid,
      state: cursor.state,
      created_at: cursor.createdAt.getTime(),
    })
    .onConflict((conflict) => conflict.column("key").doUpdateSet({ created_at: cursor.createdAt.getTime() }))
    .execute();
}

/** A cursor of this repository; one of another repository is not found. */
export async function findCursor(
  db: Kysely<Schema>,
  repositoryUuid: Uuid,
  key: string,
): Promise<CommitsCursor | undefined> {
  const row = await db
    .selectFrom("commits_cursor")
    .select(["key", "state", "created_at"])
    .where("key", "=", key)
    .where("repository_uuid", "=", repositoryUuid)
    .executeTakeFirst();
  return row && { key: row.key, repositoryUuid, state: row.state, createdAt: instant(row.created_at) };
}

/**
 * Also deletes cursors that are dated later than `instantMax`, by a clock that was ahead: their age is unknown.
 *
 * @returns how many were deleted.
 */
export async function deleteCursorsOutside(
  db: Kysely<Schema>,
  instantMin: Date,
  instantMax: Date,
): Promise<number> {
  const result = await db
    .deleteFrom("commits_cursor")
    .where((eb) =>
      eb.or([eb("created_at", "<", instantMin.getTime()), eb("created_at", ">", instantMax.getTime())]),
    )
    .executeTakeFirst();
  return Number(result.numDeletedRows);
}
