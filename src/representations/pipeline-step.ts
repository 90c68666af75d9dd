import {
  type PipelineStep,
  type StepStatus,
  stepResultOf,
  TEST_CASE_STATUSES,
  type TestCase,
  type TestCaseStatus,
} from "../model/pipeline.ts";
import { bracedUuid } from "../model/uuid.ts";
import { representPipelineInstant } from "./pipeline.ts";

/** A `pipeline_step`: contract, rest-of-api.md §3.5. */
export function representStep(step: PipelineStep) {
  const { startedAt, completedAt } = step;
  const seconds =
    startedAt === undefined || completedAt === undefined
      ? undefined
      : Math.max(0, Math.floor((completedAt.getTime() - startedAt.getTime()) / 1000));
  return {
    type: "pipeline_step",
    uuid: bracedUuid(step.uuid),
    ...(step.name === undefined ? {} : { name: step.name }),
    pipeline: { type: "pipeline", uuid: bracedUuid(step.pipelineUuid) },
    run_number: 1,
    state: representStepState(step),
    trigger: {
      type: step.isManual ? "pipeline_step_trigger_manual" : "pipeline_step_trigger_automatic",
    },
    image: { name: step.image },
    maxTime: step.maxMinutes,
    ...(startedAt === undefined ? {} : { started_on: representPipelineInstant(startedAt) }),
    ...(completedAt === undefined ? {} : { completed_on: representPipelineInstant(completedAt) }),
    ...(seconds === undefined ? {} : { duration_in_seconds: seconds }),
    build_seconds_used: seconds ?? 0,
    setup_commands: [],
    script_commands: step.scriptCommands.map(representCommand),
    teardown_commands: step.afterCommands.map(representCommand),
  };
}

function representCommand(command: string) {
  return { commandType: "user", name: command, command };
}

function representStepState({ status, error }: Pick<PipelineStep, "status" | "error">) {
  const result = stepResultOf(status);
  if (result !== undefined)
    return {
      type: "pipeline_step_state_completed",
      name: "COMPLETED",
      result: {
        type: `pipeline_step_state_completed_${result.toLowerCase()}`,
        name: result,
        ...(error === undefined ? {} : { error: { type: "pipeline_step_error", ...error } }),
      },
    };
  return representOpenState(status);
}

function representOpenState(status: StepStatus) {
  switch (status) {
    case "PENDING":
    case "PAUSED":
      return {
        type: "pipeline_step_state_pending",
        name: "PENDING",
        stage: { type: `pipeline_step_state_pending_${status.toLowerCase()}`, name: status },
      };
    default:
      return { type: `pipeline_step_state_${status.toLowerCase()}`, name: status };
  }
}

/** How many test cases of a step ended in which way: contract, rest-of-api.md §3.5. */
export function representTestReport(
  { uuid }: Pick<PipelineStep, "uuid">,
  counts: ReadonlyMap<TestCaseStatus, number>,
) {
  const [successful, failed, error, skipped] = TEST_CASE_STATUSES.map((status) => counts.get(status) ?? 0);
  return {
    step_uuid: bracedUuid(uuid),
    number_of_test_cases: [...counts.values()].reduce((sum, count) => sum + count, 0),
    number_of_successful_test_cases: successful,
    number_of_failed_test_cases: failed,
    number_of_error_test_cases: error,
    number_of_skipped_test_cases: skipped,
  };
}

/** As one client reads it. The duration is in ISO 8601 (our choice). */
export function representTestCase(testCase: TestCase) {
  return {
    uuid: bracedUuid(testCase.uuid),
    name: testCase.name,
    fully_qualified_name: testCase.fullyQualifiedName,
    package_name: testCase.packageName,
    status: testCase.status,
    duration: `PT${testCase.durationMs / 1000}S`,
  };
}
