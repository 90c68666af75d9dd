import type { Kysely } from "kysely";
import { Failure, invalidField } from "../../model/failure.ts";
import {
  isPipelineDone,
  type Pipeline,
  type PipelineError,
  type PipelineStep,
  type StepResult,
  stepResultOf,
  type TestCase,
} from "../../model/pipeline.ts";
import type { Repository } from "../../model/repository.ts";
import type { Uuid } from "../../model/uuid.ts";
import type { By, Ports } from "../../ports.ts";
import { lockRows } from "../../storage/sql/lock-rows.ts";
import { insertLogParts } from "../../storage/sql/pipelines/logs.ts";
import { findPipeline, updatePipeline } from "../../storage/sql/pipelines/pipelines.ts";
import { listSteps, updateStep } from "../../storage/sql/pipelines/steps.ts";
import { countTestCases, insertTestCases } from "../../storage/sql/pipelines/test-cases.ts";
import type { Schema } from "../../storage/sql/schema.ts";
import type { Recorder } from "../../storage/sql/write-transaction.ts";
import { followStep } from "../deployments/deployments.ts";
import { derivePipeline } from "./derive-pipeline.ts";
import { pipelineBadRequest, pipelineNotFound } from "./pipeline-failures.ts";
import { publishStatus } from "./publish-status.ts";

/** Our choice: enough for any log that a test reads. */
export const LOG_BYTES_MAX = 16 * 1024 * 1024;
/** Of one step. */
export const TEST_CASES_MAX = 10_000;

export type MovePorts = Pick<Ports, "clock" | "newUuid">;

export type StepKey = { readonly pipelineUuid: Uuid; readonly stepUuid: Uuid };

/** Says that a step runs. @throws Failure conflict if it has started already, or its pipeline has ended. */
export async function startStep(
  ports: MovePorts,
  by: By,
  repository: Repository,
  key: StepKey,
): Promise<Pipeline> {
  return moveStep(ports, by, repository, key, (step, now) => {
    if (step.status === "IN_PROGRESS" || stepResultOf(step.status) !== undefined)
      throw cannotMove("start", step);
    return { ...step, status: "IN_PROGRESS", startedAt: now };
  });
}

/**
 * Says how a step has ended; one that has not started is started first. The pipeline goes on, waits, or ends with it.
 *
 * @throws Failure conflict if it has ended already.
 */
export async function finishStep(
  ports: MovePorts,
  by: By,
  repository: Repository,
  {
    result,
    error,
    ...key
  }: StepKey & { readonly result: StepResult; readonly error?: PipelineError | undefined },
): Promise<Pipeline> {
  return moveStep(ports, by, repository, key, (step, now) => {
    if (stepResultOf(step.status) !== undefined) throw cannotMove("finish", step);
    return {
      ...step,
      status: result,
      error,
      startedAt: step.startedAt ?? (result === "NOT_RUN" ? undefined : now),
      completedAt: now,
    };
  });
}

/**
 * Ends all steps that have not ended with the same result; after one that has not succeeded the rest does not run.
 *
 * @throws Failure conflict if the pipeline has ended.
 */
export async function finishPipeline(
  ports: MovePorts & Pick<Ports, "database">,
  by: By,
  repository: Repository,
  {
    pipelineUuid,
    ...end
  }: Pick<StepKey, "pipelineUuid"> & {
    readonly result: StepResult;
    readonly error?: PipelineError | undefined;
  },
): Promise<Pipeline> {
  let pipeline: Pipeline | undefined;
  for (;;) {
    const steps = await listSteps(ports.database.kysely, pipelineUuid);
    const next = steps.find(({ status }) => stepResultOf(status) === undefined);
    if (next === undefined) break;
    pipeline = await finishStep(ports, by, repository, { ...end, pipelineUuid, stepUuid: next.uuid });
  }
  if (pipeline === undefined) throw new Failure("conflict", "Cannot finish the pipeline: it has ended");
  return pipeline;
}

/**
 * Appends to the log of a step that runs or has ended.
 *
 * @returns its length, in bytes.
 * @throws Failure conflict if the step has not started; too-large beyond `LOG_BYTES_MAX`.
 */
export async function appendLog(
  by: By,
  repository: Repository,
  key: StepKey,
  content: Buffer,
): Promise<number> {
  return by.transaction(async (tx) => {
    const { step } = await lockStep(tx, repository, key);
    if (step.startedAt === undefined) throw cannotMove("log", step);
    const before = step.logBytes ?? 0;
    const logBytes = before + content.length;
    if (logBytes > LOG_BYTES_MAX)
      throw new Failure(
        "too-large",
        `Cannot append to the log: it would have more than ${LOG_BYTES_MAX} bytes`,
      );
    await insertLogParts(tx, step.uuid, before, content);
    await updateStep(tx, step.uuid, { logBytes });
    return logBytes;
  });
}

/** @throws Failure conflict if the step has not started; invalid-input beyond `TEST_CASES_MAX`. */
export async function reportTestCases(
  { newUuid }: MovePorts,
  by: By,
  repository: Repository,
  key: StepKey,
  cases: readonly Omit<TestCase, "uuid" | "stepUuid">[],
): Promise<void> {
  await by.transaction(async (tx) => {
    const { step } = await lockStep(tx, repository, key);
    if (step.startedAt === undefined) throw cannotMove("report", step);
    const counts = await countTestCases(tx, step.uuid);
    const before = [...counts.values()].reduce((sum, count) => sum + count, 0);
    if (before + cases.length > TEST_CASES_MAX)
      throw invalidField("test_cases", `a step has no more than ${TEST_CASES_MAX}`);
    const rows = cases.map((each) => ({ ...each, uuid: newUuid(), stepUuid: step.uuid }));
    await insertTestCases(tx, step.uuid, rows);
  });
}

/**
 * Signals that a pipeline is to stop: what has not ended ends at once. One that waits for a step to be started by hand stays as it
 * is, as recorded.
 *
 * @throws Failure invalid-input if it has ended, in recorded words.
 */
export async function stopPipeline(
  { clock }: Pick<Ports, "clock">,
  by: By,
  repository: Repository,
  pipelineUuid: Uuid,
): Promise<void> {
  await by.transaction(async (tx, record) => {
    const { pipeline, steps } = await lockPipeline(tx, repository, pipelineUuid);
    if (isPipelineDone(pipeline.status))
      throw pipelineBadRequest(
        `Cannot stop pipeline result that is already complete with status ${pipeline.status}`,
      );
    if (pipeline.status === "PAUSED") return;
    const now = clock();
    const stopped = steps.map((step): PipelineStep => {
      if (stepResultOf(step.status) !== undefined) return step;
      return step.startedAt === undefined
        ? { ...step, status: "NOT_RUN" }
        : { ...step, status: "STOPPED", completedAt: now };
    });
    const terminator = by.caller.kind === "account" ? by.caller.account : undefined;
    const ended = { ...pipeline, status: "STOPPED" as const, terminator };
    // What has never run is not told of: nobody has asked for a status of it.
    await settle(tx, record, by, { repository, before: steps, pipeline: ended, steps: stopped, now });
  });
}

async function moveStep(
  { clock }: Pick<Ports, "clock">,
  by: By,
  repository: Repository,
  key: StepKey,
  move: (step: PipelineStep, now: Date) => PipelineStep,
): Promise<Pipeline> {
  return by.transaction(async (tx, record) => {
    const { pipeline, steps, step } = await lockStep(tx, repository, key);
    const now = clock();
    const moved = move(step, now);
    const derived = derivePipeline(
      pipeline.status,
      steps.map((each) => (each === step ? moved : each)),
    );
    const next = { ...pipeline, status: derived.status, error: moved.error ?? pipeline.error };
    return settle(tx, record, by, { repository, before: steps, pipeline: next, steps: derived.steps, now });
  });
}

/** Stores what has changed, and publishes it once any step has started. */
async function settle(
  tx: Kysely<Schema>,
  record: Recorder,
  by: By,
  {
    repository,
    before,
    pipeline,
    steps,
    now,
  }: {
    readonly repository: Repository;
    readonly before: readonly PipelineStep[];
    readonly pipeline: Pipeline;
    readonly steps: readonly PipelineStep[];
    readonly now: Date;
  },
): Promise<Pipeline> {
  for (const [index, step] of steps.entries()) {
    if (step === before[index]) continue;
    await updateStep(tx, step.uuid, step);
    await followStep(tx, pipeline, step, now);
  }
  const settled: Pipeline = {
    ...pipeline,
    completedAt: isPipelineDone(pipeline.status) ? now : undefined,
    buildSeconds: steps.reduce((sum, step) => sum + stepSeconds(step), 0),
  };
  await updatePipeline(tx, pipeline.uuid, settled);
  if (steps.some(({ startedAt }) => startedAt !== undefined))
    await publishStatus(tx, record, by, repository, settled, now);
  return settled;
}

/** Whole seconds that it has run. */
export function stepSeconds({ startedAt, completedAt }: PipelineStep): number {
  if (startedAt === undefined || completedAt === undefined) return 0;
  return Math.max(0, Math.floor((completedAt.getTime() - startedAt.getTime()) / 1000));
}

async function lockPipeline(tx: Kysely<Schema>, repository: Repository, uuid: Uuid) {
  await lockRows(tx, [{ table: "repository", uuid: repository.uuid, strength: "update" }]);
  const pipeline = await findPipeline(tx, repository.uuid, { uuid });
  if (pipeline === undefined) throw pipelineNotFound("The pipeline is not there any more");
  return { pipeline, steps: await listSteps(tx, uuid) };
}

async function lockStep(tx: Kysely<Schema>, repository: Repository, { pipelineUuid, stepUuid }: StepKey) {
  const { pipeline, steps } = await lockPipeline(tx, repository, pipelineUuid);
  const step = steps.find(({ uuid }) => uuid === stepUuid);
  if (step === undefined) throw pipelineNotFound("The step is not there");
  return { pipeline, steps, step };
}

function cannotMove(
  what: "start" | "finish" | "log" | "report",
  { position, status }: PipelineStep,
): Failure {
  const words = {
    start: "start",
    finish: "finish",
    log: "append to the log of",
    report: "report test cases of",
  };
  return new Failure("conflict", `Cannot ${words[what]} step ${position + 1}: it is ${status}`);
}
