import type { PipelineSchedule, ScheduleExecution } from "../model/pipeline-schedule.ts";
import { bracedUuid } from "../model/uuid.ts";
import { representPipelineError, representPipelineInstant, representSelector } from "./pipeline.ts";

/** A `pipeline_schedule`: contract, rest-of-api.md §3.8. */
export function representSchedule(schedule: PipelineSchedule) {
  return {
    type: "pipeline_schedule",
    uuid: bracedUuid(schedule.uuid),
    enabled: schedule.isEnabled,
    cron_pattern: schedule.cronPattern,
    target: {
      type: "pipeline_ref_target",
      ref_type: "branch",
      ref_name: schedule.refName,
      selector: representSelector(schedule.selector),
    },
    created_on: representPipelineInstant(schedule.createdAt),
    updated_on: representPipelineInstant(schedule.updatedAt),
  };
}

export function representScheduleExecution({ pipelineUuid, error }: ScheduleExecution) {
  return pipelineUuid === undefined
    ? {
        type: "pipeline_schedule_execution_errored",
        error: representPipelineError(error ?? { key: "", message: "" }),
      }
    : {
        type: "pipeline_schedule_execution_executed",
        pipeline: { type: "pipeline", uuid: bracedUuid(pipelineUuid) },
      };
}
