import {
  type PipelineStatus,
  type PipelineStep,
  type StepStatus,
  stepResultOf,
} from "../../model/pipeline.ts";

/** Steps that end a pipeline, and how it ends then. */
const ENDS: Partial<Record<StepStatus, PipelineStatus>> = {
  FAILED: "FAILED",
  ERROR: "ERROR",
  STOPPED: "STOPPED",
  EXPIRED: "EXPIRED",
};

/**
 * How far a pipeline is, by its steps; and those of them that change with it. Once a step has not succeeded, and no other one is
 * under way, those that have not started never will. A step that is started by hand waits for it when all before it are done.
 */
export function derivePipeline(
  status: PipelineStatus,
  steps: readonly PipelineStep[],
): { readonly status: PipelineStatus; readonly steps: readonly PipelineStep[] } {
  if (steps.some((step) => step.status === "IN_PROGRESS" || step.status === "READY"))
    return { status: "BUILDING", steps };
  const end = steps.map((step) => ENDS[step.status]).find((each) => each !== undefined);
  if (end !== undefined)
    return {
      status: end,
      steps: steps.map((step) =>
        stepResultOf(step.status) === undefined ? { ...step, status: "NOT_RUN" as const } : step,
      ),
    };
  const next = steps.find((step) => stepResultOf(step.status) === undefined);
  if (next === undefined) return { status: steps.length === 0 ? status : "PASSED", steps };
  if (!next.isManual) return { status: next.position === 0 ? "PENDING" : "BUILDING", steps };
  const paused = steps.map((step) => (step === next ? { ...step, status: "PAUSED" as const } : step));
  return { status: "PAUSED", steps: paused };
}
