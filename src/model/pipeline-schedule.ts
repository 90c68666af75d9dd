import type { Account } from "./account.ts";
import type { PipelineError, PipelineSelector } from "./pipeline.ts";
import type { Uuid } from "./uuid.ts";

/** Of a branch, the only kind of ref that the reference knows schedules for. */
export type PipelineSchedule = {
  readonly uuid: Uuid;
  readonly repositoryUuid: Uuid;
  readonly isEnabled: boolean;
  /** Seven fields as Quartz has them, in UTC. */
  readonly cronPattern: string;
  readonly refName: string;
  readonly selector: PipelineSelector;
  /** Undefined: the operator. */
  readonly creator: Account | undefined;
  readonly createdAt: Date;
  readonly updatedAt: Date;
};

export type ScheduleExecution = {
  readonly uuid: Uuid;
  readonly scheduleUuid: Uuid;
  readonly executedAt: Date;
  /** Either a pipeline, or why there is none. */
  readonly pipelineUuid: Uuid | undefined;
  readonly error: PipelineError | undefined;
};
