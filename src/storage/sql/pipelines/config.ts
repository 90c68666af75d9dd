import { type Kysely, sql } from "kysely";
import type { Uuid } from "../../../model/uuid.ts";
import { flag } from "../columns.ts";
import type { Schema } from "../schema.ts";

/** A repository without a row has never had Pipelines, and its first pipeline will have the number 1. */
const FIRST_BUILD_NUMBER = 1;

export async function isPipelinesEnabled(db: Kysely<Schema>, repositoryUuid: Uuid): Promise<boolean> {
  const row = await db
    .selectFrom("pipelines_config")
    .select("is_enabled")
    .where("repository_uuid", "=", repositoryUuid)
    .executeTakeFirst();
  return row?.is_enabled === 1;
}

/** Undefined: the repository has never had Pipelines. */
export async function findPipelinesConfig(
  db: Kysely<Schema>,
  repositoryUuid: Uuid,
): Promise<{ readonly isEnabled: boolean; readonly nextBuildNumber: number } | undefined> {
  const row = await db
    .selectFrom("pipelines_config")
    .select(["is_enabled", "next_build_number"])
    .where("repository_uuid", "=", repositoryUuid)
    .executeTakeFirst();
  return row && { isEnabled: row.is_enabled === 1, nextBuildNumber: row.next_build_number };
}

/** @returns whether this is the first time that it is enabled. Call it in a transaction. */
export async function setPipelinesEnabled(
  tx: Kysely<Schema>,
  repositoryUuid: Uuid,
  isEnabled: boolean,
  now: Date,
): Promise<boolean> {
  await insertDefaults(tx, repositoryUuid);
  const { first_enabled_at } = await tx
    .updateTable("pipelines_config")
    .set({ is_enabled: flag(isEnabled) })
    .where("repository_uuid", "=", repositoryUuid)
    .returning("first_enabled_at")
    .executeTakeFirstOrThrow();
  if (!isEnabled || first_enabled_at !== null) return false;
  await tx
    .updateTable("pipelines_config")
    .set({ first_enabled_at: now.getTime() })
    .where("repository_uuid", "=", repositoryUuid)
    .execute();
  return true;
}

/** Takes the number for a new pipeline: each is given once, rising. Call it in the transaction that creates the pipeline. */
export async function nextBuildNumber(tx: Kysely<Schema>, repositoryUuid: Uuid): Promise<number> {
  await insertDefaults(tx, repositoryUuid);
  const { latest_build_number } = await tx
    .updateTable("pipelines_config")
    .set({
      latest_build_number: sql<number>`next_build_number`,
      next_build_number: sql<number>`next_build_number + 1`,
    })
    .where("repository_uuid", "=", repositoryUuid)
    .returning("latest_build_number")
    .executeTakeFirstOrThrow();
  return latest_build_number;
}

/** @returns false, with nothing changed, if a pipeline has this number already or a higher one. */
export async function setNextBuildNumber(
  tx: Kysely<Schema>,
  repositoryUuid: Uuid,
  next: number,
): Promise<boolean> {
  await insertDefaults(tx, repositoryUuid);
  const { numUpdatedRows } = await tx
    .updateTable("pipelines_config")
    .set({ next_build_number: next })
    .where("repository_uuid", "=", repositoryUuid)
    .where("latest_build_number", "<", next)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

async function insertDefaults(tx: Kysely<Schema>, repositoryUuid: Uuid): Promise<void> {
  await tx
    .insertInto("pipelines_config")
    .values({
      repository_uuid: repositoryUuid,
      is_enabled: 0,
      first_enabled_at: null,
      latest_build_number: 0,
      next_build_number: FIRST_BUILD_NUMBER,
    })
    .onConflict((conflict) => conflict.column("repository_uuid").doNothing())
    .execute();
}
