import type { Kysely } from "kysely";
import type { PipelineCache } from "../../../model/pipeline-cache.ts";
import type { Uuid } from "../../../model/uuid.ts";
import { instant } from "../columns.ts";
import type { PipelineCacheRow } from "../schema/pipelines.ts";
import type { Schema } from "../schema.ts";

function toCache(row: PipelineCacheRow): PipelineCache {
  return {
    uuid: row.uuid as Uuid,
    repositoryUuid: row.repository_uuid as Uuid,
    pipelineUuid: row.pipeline_uuid as Uuid,
    stepUuid: row.step_uuid as Uuid,
    name: row.name,
    keyHash: row.key_hash,
    path: row.path,
    sizeBytes: Number(row.size_bytes),
    createdAt: instant(row.created_at),
  };
}

export async function insertCache(tx: Kysely<Schema>, cache: PipelineCache): Promise<void> {
  await tx
    .insertInto("pipeline_cache")
    .values({
      uuid: cache.uuid,
      repository_uuid: cache.repositoryUuid,
      pipeline_uuid: cache.pipelineUuid,
      step_uuid: cache.stepUuid,
      name: cache.name,
      key_hash: cache.keyHash,
      path: cache.path,
      size_bytes: cache.sizeBytes,
      created_at: cache.createdAt.getTime(),
    })
    .execute();
}

export async function findCache(
  db: Kysely<Schema>,
  repositoryUuid: Uuid,
  uuid: Uuid,
): Promise<PipelineCache | undefined> {
  const row = await db
    .selectFrom("pipeline_cache")
    .selectAll()
    .where("repository_uuid", "=", repositoryUuid)
    .where("uuid", "=", uuid)
    .executeTakeFirst();
  return row && toCache(row);
}

/** A page, by name. Two statements. */
export async function listCaches(
  db: Kysely<Schema>,
  repositoryUuid: Uuid,
  { page, pagelen }: { readonly page: number; readonly pagelen: number },
): Promise<{ readonly values: readonly PipelineCache[]; readonly size: number }> {
  const listed = db.selectFrom("pipeline_cache").where("repository_uuid", "=", repositoryUuid);
  const { size } = await listed.select((eb) => eb.fn.countAll<number>().as("size")).executeTakeFirstOrThrow();
  const rows = await listed
    .selectAll()
    .orderBy("name")
    .orderBy("created_at")
    .orderBy("uuid")
    .limit(pagelen)
    .offset((page - 1) * pagelen)
    .execute();
  return { values: rows.map(toCache), size: Number(size) };
}

/** One by its UUID, or all of a name. @returns false if there is none. */
export async function deleteCacheRows(
  tx: Kysely<Schema>,
  repositoryUuid: Uuid,
  key: { readonly uuid: Uuid } | { readonly name: string },
): Promise<boolean> {
  const ofRepository = tx.deleteFrom("pipeline_cache").where("repository_uuid", "=", repositoryUuid);
  const { numDeletedRows } = await ("uuid" in key
    ? ofRepository.where("uuid", "=", key.uuid)
    : ofRepository.where("name", "=", key.name)
  ).executeTakeFirst();
  return numDeletedRows > 0n;
}
