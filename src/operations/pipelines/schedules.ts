import type { PipelineSchedule } from "../../model/pipeline-schedule.ts";
import type { Repository } from "../../model/repository.ts";
import { parseUuid } from "../../model/uuid.ts";
import { accountOf } from "../../model/who-acts.ts";
import type { By, Ports } from "../../ports.ts";
import { lockRows } from "../../storage/sql/lock-rows.ts";
import {
  countSchedules,
  deleteScheduleRow,
  findSchedule,
  insertSchedule,
  insertScheduleExecution,
  setScheduleEnabled,
} from "../../storage/sql/pipelines/schedules.ts";
import { pipelineBadRequest, pipelineNotFound } from "./pipeline-failures.ts";
import { type RunPorts, runPipeline } from "./run-pipeline.ts";

/** Of one repository. Our choice. */
export const SCHEDULES_MAX = 50;

export type NewSchedule = Pick<PipelineSchedule, "isEnabled" | "cronPattern" | "refName" | "selector">;

/** Stores a schedule, which never starts anything by itself. @throws Failure invalid-input beyond `SCHEDULES_MAX`. */
export async function createSchedule(
  { clock, newUuid }: Pick<Ports, "clock" | "newUuid">,
  by: By,
  repository: Repository,
  wanted: NewSchedule,
): Promise<PipelineSchedule> {
  const now = clock();
  const schedule: PipelineSchedule = {
    ...wanted,
    uuid: newUuid(),
    repositoryUuid: repository.uuid,
    creator: accountOf(by.caller),
    createdAt: now,
    updatedAt: now,
  };
  return by.transaction(async (tx) => {
    await lockRows(tx, [{ table: "repository", uuid: repository.uuid, strength: "update" }]);
    if ((await countSchedules(tx, repository.uuid)) >= SCHEDULES_MAX)
      throw pipelineBadRequest(`The repository has ${SCHEDULES_MAX} schedules already`);
    await insertSchedule(tx, schedule);
    return schedule;
  });
}

/** @throws Failure not-found. */
export async function getSchedule(
  { database }: Pick<Ports, "database">,
  repository: Repository,
  text: string,
): Promise<PipelineSchedule> {
  const uuid = parseUuid(text);
  const found = uuid && (await findSchedule(database.kysely, repository.uuid, uuid));
  if (found === undefined) throw scheduleNotFound(text);
  return found;
}

/** @throws Failure not-found if it has just been deleted. */
export async function enableSchedule(
  { clock }: Pick<Ports, "clock">,
  by: By,
  schedule: PipelineSchedule,
  isEnabled: boolean,
): Promise<PipelineSchedule> {
  const now = clock();
  return by.transaction(async (tx) => {
    const { repositoryUuid, uuid } = schedule;
    if (!(await setScheduleEnabled(tx, { repositoryUuid, uuid, isEnabled, now })))
      throw scheduleNotFound(uuid);
    return { ...schedule, isEnabled, updatedAt: now };
  });
}

/** @throws Failure not-found. */
export async function deleteSchedule(by: By, repository: Repository, text: string): Promise<void> {
  const uuid = parseUuid(text);
  await by.transaction(async (tx) => {
    if (uuid === undefined || !(await deleteScheduleRow(tx, repository.uuid, uuid)))
      throw scheduleNotFound(text);
  });
}

/**
 * Does what the schedule would do at its time: runs a pipeline of its branch, and notes it. What stands against it is thrown, and
 * nothing is noted.
 */
export async function executeSchedule(
  ports: RunPorts,
  by: By,
  repository: Repository,
  schedule: PipelineSchedule,
) {
  const { refName, selector, uuid: scheduleUuid } = schedule;
  const pipeline = await runPipeline(ports, by, repository, {
    target: { kind: "ref", refType: "branch", refName, commit: undefined, selector },
    variables: [],
    trigger: "SCHEDULE",
  });
  await by.transaction((tx) =>
    insertScheduleExecution(tx, {
      uuid: ports.newUuid(),
      scheduleUuid,
      executedAt: pipeline.createdAt,
      pipelineUuid: pipeline.uuid,
      error: undefined,
    }),
  );
  return pipeline;
}

function scheduleNotFound(text: string) {
  return pipelineNotFound(`Schedule '${text}' not found`);
}
