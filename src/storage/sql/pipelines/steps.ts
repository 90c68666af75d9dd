import type { Kysely, Selectable } from "kysely";
import type { PipelineStep, StepStatus } from "../../../model/pipeline.ts";
import type { Uuid } from "../../../model/uuid.ts";
import { flag, optionalInstant } from "../columns.ts";
import type { PipelineStepRow } from "../schema/pipelines.ts";
import type { Schema } from "../schema.ts";
import { toPipelineError } from "./pipelines.ts";

function toStep(row: Selectable<PipelineStepRow>): PipelineStep {
  return {
    uuid: row.uuid as Uuid,
    pipelineUuid: row.pipeline_uuid as Uuid,
    position: row.position,
    name: row.name ?? undefined,
    image: row.image,
    isManual: row.is_manual === 1,
    deployment: row.deployment ?? undefined,
    maxMinutes: row.max_minutes,
    scriptCommands: JSON.parse(row.script_commands) as readonly string[],
    afterCommands: JSON.parse(row.after_commands) as readonly string[],
    status: row.status as StepStatus,
    error: toPipelineError(row),
    startedAt: optionalInstant(row.started_at),
    completedAt: optionalInstant(row.completed_at),
    logBytes: row.log_bytes ?? undefined,
  };
}

export async function insertSteps(tx: Kysely<Schema>, steps: readonly PipelineStep[]): Promise<void> {
  if (steps.length === 0) return;
  await tx
    .insertInto("pipeline_step")
    .values(
      steps.map((step) => ({
        uuid: step.uuid,
        pipeline_uuid: step.pipelineUuid,
        position: step.position,
        name: step.name ?? null,
        image: step.image,
        is_manual: flag(step.isManual),
        deployment: step.deployment ?? null,
        max_minutes: step.maxMinutes,
        script_commands: JSON.stringify(step.scriptCommands),
        after_commands: JSON.stringify(step.afterCommands),
        status: step.status,
        error_key: step.error?.key ?? null,
        error_message: step.error?.message ?? null,
        started_at: step.startedAt?.getTime() ?? null,
        completed_at: step.completedAt?.getTime() ?? null,
        log_bytes: step.logBytes ?? null,
      })),
    )
    .execute();
}

/** All of them, in their order: a file has no more than `STEPS_MAX`. */
export async function listSteps(db: Kysely<Schema>, pipelineUuid: Uuid): Promise<readonly PipelineStep[]> {
  const rows = await db
    .selectFrom("pipeline_step")
    .selectAll()
    .where("pipeline_uuid", "=", pipelineUuid)
    .orderBy("position")
    .execute();
  return rows.map(toStep);
}

export async function findStep(
  db: Kysely<Schema>,
  pipelineUuid: Uuid,
  uuid: Uuid,
): Promise<PipelineStep | undefined> {
  const row = await db
    .selectFrom("pipeline_step")
    .selectAll()
    .where("pipeline_uuid", "=", pipelineUuid)
    .where("uuid", "=", uuid)
    .executeTakeFirst();
  return row && toStep(row);
}

export type StepChanges = Partial<
  Pick<PipelineStep, "status" | "error" | "startedAt" | "completedAt" | "logBytes">
>;

export async function updateStep(tx: Kysely<Schema>, uuid: Uuid, changes: StepChanges): Promise<void> {
  await tx
    .updateTable("pipeline_step")
    .set({
      ...(changes.status === undefined ? {} : { status: changes.status }),
      ...(changes.error === undefined
        ? {}
        : { error_key: changes.error.key, error_message: changes.error.message }),
      ...(changes.startedAt === undefined ? {} : { started_at: changes.startedAt.getTime() }),
      ...(changes.completedAt === undefined ? {} : { completed_at: changes.completedAt.getTime() }),
      ...(changes.logBytes === undefined ? {} : { log_bytes: changes.logBytes }),
    })
    .where("uuid", "=", uuid)
    .execute();
}
