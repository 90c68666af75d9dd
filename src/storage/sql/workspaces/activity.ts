import { type Kysely, sql } from "kysely";
import type { Uuid } from "../../../model/uuid.ts";
import type { Schema } from "../schema.ts";

/** What was done in a workspace on one day. */
export type WorkspaceDay = {
  /** Whole days since 1970, UTC. */
  readonly day: number;
  readonly pushes: number;
  readonly fetches: number;
  /** Those of the fetches that were answered from the cache. */
  readonly cachedFetches: number;
  /** Of all repositories, when it was counted last on that day. Undefined: not measured. */
  readonly storageBytes: number | undefined;
};

export type CountedActivity = Omit<WorkspaceDay, "storageBytes"> & { readonly workspaceUuid: Uuid };

/** Adds what a process has counted, and measures the storage. Of a workspace that is gone nothing is written. */
export async function addActivity(tx: Kysely<Schema>, counted: readonly CountedActivity[]): Promise<void> {
  for (const { workspaceUuid, day, pushes, fetches, cachedFetches } of counted) {
    await sql`insert into workspace_day (workspace_uuid, day, pushes, fetches, cached_fetches, storage_bytes)
      select workspace.uuid, cast(${day} as integer), cast(${pushes} as bigint), cast(${fetches} as bigint),
        cast(${cachedFetches} as bigint),
        (select cast(coalesce(sum(repository.size_bytes), 0) as bigint) from repository
          where repository.workspace_uuid = workspace.uuid)
      from workspace where workspace.uuid = ${workspaceUuid}
      on conflict (workspace_uuid, day) do update set
        pushes = workspace_day.pushes + excluded.pushes,
        fetches = workspace_day.fetches + excluded.fetches,
        cached_fetches = workspace_day.cached_fetches + excluded.cached_fetches,
        storage_bytes = excluded.storage_bytes`.execute(tx);
  }
}

/** From a day on, the first one first. Days without anything are left out. */
export async function listWorkspaceDays(
  db: Kysely<Schema>,
  workspaceUuid: Uuid,
  fromDay: number,
): Promise<readonly WorkspaceDay[]> {
  const rows = await db
    .selectFrom("workspace_day")
    .select(["day", "pushes", "fetches", "cached_fetches", "storage_bytes"])
    .where("workspace_uuid", "=", workspaceUuid)
    .where("day", ">=", fromDay)
    .orderBy("day")
    .execute();
  return rows.map((row) => ({
    day: row.day,
    pushes: Number(row.pushes),
    fetches: Number(row.fetches),
    cachedFetches: Number(row.cached_fetches),
    storageBytes: row.storage_bytes === null ? undefined : Number(row.storage_bytes),
  }));
}
