import type { Kysely } from "kysely";
import type { SelectorType } from "../../../model/pipeline.ts";
import type { PipelineSchedule, ScheduleExecution } from "../../../model/pipeline-schedule.ts";
import type { Uuid } from "../../../model/uuid.ts";
import { aliasedAccountColumns, toAliasedAccount } from "../accounts/aliased-account.ts";
import { flag, instant } from "../columns.ts";
import type { Schema } from "../schema.ts";
import { toPipelineError } from "./pipelines.ts";

type Page = { readonly page: number; readonly pagelen: number };

function scheduleQuery(db: Kysely<Schema>, repositoryUuid: Uuid) {
  return db
    .selectFrom("pipeline_schedule")
    .leftJoin("account as creator", "creator.uuid", "pipeline_schedule.creator_uuid")
    .selectAll("pipeline_schedule")
    .select(aliasedAccountColumns("creator"))
    .where("pipeline_schedule.repository_uuid", "=", repositoryUuid);
}

type Row = Awaited<ReturnType<ReturnType<typeof scheduleQuery>["execute"]>>[number];

function toSchedule(row: Row): PipelineSchedule {
  return {
    uuid: row.uuid as Uuid,
    repositoryUuid: row.repository_uuid as Uuid,
    isEnabled: row.is_enabled === 1,
    cronPattern: row.cron_pattern,
    refName: row.ref_name,
    selector: { type: row.selector_type as SelectorType, pattern: row.selector_pattern ?? undefined },
    creator: toAliasedAccount(row, "creator"),
    createdAt: instant(row.created_at),
    updatedAt: instant(row.updated_at),
  };
}

export async function insertSchedule(tx: Kysely<Schema>, schedule: PipelineSchedule): Promise<void> {
  await tx
    .insertInto("pipeline_schedule")
    .values({
      uuid: schedule.uuid,
      repository_uuid: schedule.repositoryUuid,
      is_enabled: flag(schedule.isEnabled),
      cron_pattern: schedule.cronPattern,
      ref_name: schedule.refName,
      selector_type: schedule.selector.type,
      selector_pattern: schedule.selector.pattern ?? null,
      creator_uuid: schedule.creator?.uuid ?? null,
      created_at: schedule.createdAt.getTime(),
      updated_at: schedule.updatedAt.getTime(),
    })
    .execute();
}

export async function findSchedule(
  db: Kysely<Schema>,
  repositoryUuid: Uuid,
  uuid: Uuid,
): Promise<PipelineSchedule | undefined> {
  const row = await scheduleQuery(db, repositoryUuid)
    .where("pipeline_schedule.uuid", "=", uuid)
    .executeTakeFirst();
  return row && toSchedule(row);
}

export async function countSchedules(db: Kysely<Schema>, repositoryUuid: Uuid): Promise<number> {
  const { size } = await db
    .selectFrom("pipeline_schedule")
    .select((eb) => eb.fn.countAll<number>().as("size"))
    .where("repository_uuid", "=", repositoryUuid)
    .executeTakeFirstOrThrow();
  return Number(size);
}

/** A page, oldest first. */
export async function listSchedules(
  db: Kysely<Schema>,
  repositoryUuid: Uuid,
  { page, pagelen }: Page,
): Promise<readonly PipelineSchedule[]> {
  const rows = await scheduleQuery(db, repositoryUuid)
    .orderBy("pipeline_schedule.created_at")
    .orderBy("pipeline_schedule.uuid")
    .limit(pagelen)
    .offset((page - 1) * pagelen)
    .execute();
  return rows.map(toSchedule);
}

/** @returns false if there is none. */
export async function setScheduleEnabled(
  tx: Kysely<Schema>,
  {
    repositoryUuid,
    uuid,
    isEnabled,
    now,
  }: Pick<PipelineSchedule, "repositoryUuid" | "uuid" | "isEnabled"> & {
    readonly now: Date;
  },
): Promise<boolean> {
  const { numUpdatedRows } = await tx
    .updateTable("pipeline_schedule")
    .set({ is_enabled: flag(isEnabled), updated_at: now.getTime() })
    .where("repository_uuid", "=", repositoryUuid)
    .where("uuid", "=", uuid)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

/** @returns false if there is none. */
export async function deleteScheduleRow(
  tx: Kysely<Schema>,
  repositoryUuid: Uuid,
  uuid: Uuid,
): Promise<boolean> {
  const { numDeletedRows } = await tx
    .deleteFrom("pipeline_schedule")
    .where("repository_uuid", "=", repositoryUuid)
    .where("uuid", "=", uuid)
    .executeTakeFirst();
  return numDeletedRows > 0n;
}

export async function insertScheduleExecution(
  tx: Kysely<Schema>,
  { uuid, scheduleUuid, executedAt, pipelineUuid, error }: ScheduleExecution,
): Promise<void> {
  await tx
    .insertInto("pipeline_schedule_execution")
    .values({
      uuid,
      schedule_uuid: scheduleUuid,
      executed_at: executedAt.getTime(),
      pipeline_uuid: pipelineUuid ?? null,
      error_key: error?.key ?? null,
      error_message: error?.message ?? null,
    })
    .execute();
}

/** A page, newest first. Two statements. */
export async function listScheduleExecutions(
  db: Kysely<Schema>,
  scheduleUuid: Uuid,
  { page, pagelen }: Page,
): Promise<{ readonly values: readonly ScheduleExecution[]; readonly size: number }> {
  const listed = db.selectFrom("pipeline_schedule_execution").where("schedule_uuid", "=", scheduleUuid);
  const { size } = await listed.select((eb) => eb.fn.countAll<number>().as("size")).executeTakeFirstOrThrow();
  const rows = await listed
    .selectAll()
    .orderBy("executed_at", "desc")
    .orderBy("uuid")
    .limit(pagelen)
    .offset((page - 1) * pagelen)
    .execute();
  const values = rows.map((row) => ({
    uuid: row.uuid as Uuid,
    scheduleUuid,
    executedAt: instant(row.executed_at),
    pipelineUuid: (row.pipeline_uuid ?? undefined) as Uuid | undefined,
    error: toPipelineError(row),
  }));
  return { values, size: Number(size) };
}
