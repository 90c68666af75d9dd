import type { Account } from "./account.ts";
import type { ObjectId } from "./object-id.ts";
import type { Uuid } from "./uuid.ts";

/** How far a pipeline is: the words of the list's `status` parameter, and EXPIRED, for which it has none. */
export const PIPELINE_STATUSES = [
  "PENDING",
  "BUILDING",
  "PAUSED",
  "HALTED",
  "PASSED",
  "FAILED",
  "ERROR",
  "STOPPED",
  "EXPIRED",
] as const;
export type PipelineStatus = (typeof PIPELINE_STATUSES)[number];

/** What a pipeline, or a step, ends with. */
export const PIPELINE_RESULTS = ["SUCCESSFUL", "FAILED", "ERROR", "STOPPED", "EXPIRED"] as const;
export type PipelineResult = (typeof PIPELINE_RESULTS)[number];

export const STEP_RESULTS = [...PIPELINE_RESULTS, "NOT_RUN"] as const;
export type StepResult = (typeof STEP_RESULTS)[number];

/** PAUSED: it is started by hand, and everything before it is done. */
export const STEP_STATUSES = ["PENDING", "PAUSED", "READY", "IN_PROGRESS", ...STEP_RESULTS] as const;
export type StepStatus = (typeof STEP_STATUSES)[number];

export const PIPELINE_TRIGGERS = ["PUSH", "MANUAL", "SCHEDULE", "PARENT_STEP"] as const;
export type PipelineTrigger = (typeof PIPELINE_TRIGGERS)[number];

/** By which lists of them are sorted, as the wire names them. */
export const PIPELINE_SORTS = ["creator.uuid", "created_on", "run_creation_date"] as const;
export type PipelineSort = (typeof PIPELINE_SORTS)[number];

export const SELECTOR_TYPES = [
  "branches",
  "tags",
  "bookmarks",
  "default",
  "custom",
  "pull-requests",
] as const;
export type SelectorType = (typeof SELECTOR_TYPES)[number];

/** Which section of `bitbucket-pipelines.yml` runs. */
export type PipelineSelector = { readonly type: SelectorType; readonly pattern: string | undefined };

export function parseSelectorType(text: string): SelectorType | undefined {
  return SELECTOR_TYPES.find((type) => type === text);
}

/** What it runs on. */
export type PipelineTarget =
  | { readonly kind: "ref"; readonly refType: "branch" | "tag"; readonly refName: string }
  | { readonly kind: "commit" }
  | {
      readonly kind: "pull-request";
      readonly pullRequestId: number;
      readonly title: string;
      /** Names of branches. */
      readonly source: string;
      readonly destination: string;
      readonly destinationCommit: ObjectId | undefined;
    };

export type PipelineError = { readonly key: string; readonly message: string };

export type Pipeline = {
  readonly uuid: Uuid;
  readonly repositoryUuid: Uuid;
  /** Counts from 1 in each repository, without gaps. */
  readonly buildNumber: number;
  /** Undefined: the operator. */
  readonly creator: Account | undefined;
  readonly trigger: PipelineTrigger;
  readonly target: PipelineTarget;
  readonly commit: ObjectId;
  /** Undefined if the file cannot be read. */
  readonly selector: PipelineSelector | undefined;
  readonly status: PipelineStatus;
  /** Of a pipeline that ended with ERROR. */
  readonly error: PipelineError | undefined;
  /** Who stopped it. */
  readonly terminator: Account | undefined;
  readonly createdAt: Date;
  readonly completedAt: Date | undefined;
  /** Of all its steps together. */
  readonly buildSeconds: number;
};

export type PipelineStep = {
  readonly uuid: Uuid;
  readonly pipelineUuid: Uuid;
  /** From 0, in the order of the file. */
  readonly position: number;
  readonly name: string | undefined;
  readonly image: string;
  readonly isManual: boolean;
  /** The name of an environment. */
  readonly deployment: string | undefined;
  readonly maxMinutes: number;
  readonly scriptCommands: readonly string[];
  readonly afterCommands: readonly string[];
  readonly status: StepStatus;
  readonly error: PipelineError | undefined;
  readonly startedAt: Date | undefined;
  readonly completedAt: Date | undefined;
  /** Undefined: nothing has been logged, not even nothing. */
  readonly logBytes: number | undefined;
};

export const TEST_CASE_STATUSES = ["SUCCESSFUL", "FAILED", "ERROR", "SKIPPED"] as const;
export type TestCaseStatus = (typeof TEST_CASE_STATUSES)[number];

export type TestCase = {
  readonly uuid: Uuid;
  readonly stepUuid: Uuid;
  readonly name: string;
  readonly fullyQualifiedName: string;
  readonly packageName: string;
  readonly status: TestCaseStatus;
  readonly durationMs: number;
  /** Why it failed, as far as anybody said. */
  readonly reason: string | undefined;
};

export function isPipelineDone(status: PipelineStatus): boolean {
  return resultOf(status) !== undefined;
}

/** Undefined: it has not ended. */
export function resultOf(status: PipelineStatus): PipelineResult | undefined {
  if (status === "PASSED") return "SUCCESSFUL";
  return PIPELINE_RESULTS.find((result) => result === status);
}

export function statusOfResult(result: PipelineResult): PipelineStatus {
  return result === "SUCCESSFUL" ? "PASSED" : result;
}

export function stepResultOf(status: StepStatus): StepResult | undefined {
  return STEP_RESULTS.find((result) => result === status);
}

/** A variable of one run, as it was sent. */
export type RunVariable = { readonly key: string; readonly value: string; readonly isSecured: boolean };
