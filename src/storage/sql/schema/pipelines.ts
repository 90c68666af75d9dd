/** Pipelines, their steps, logs and test cases; schedules, caches and runners. */
export type PipelineTables = {
  pipeline: PipelineRow;
  pipeline_step: PipelineStepRow;
  pipeline_log_part: PipelineLogPartRow;
  pipeline_run_variable: PipelineRunVariableRow;
  pipeline_test_case: PipelineTestCaseRow;
  pipeline_schedule: PipelineScheduleRow;
  pipeline_schedule_execution: PipelineScheduleExecutionRow;
  pipeline_cache: PipelineCacheRow;
  pipeline_runner: PipelineRunnerRow;
};

export type PipelineRow = {
  uuid: string;
  repository_uuid: string;
  build_number: number;
  creator_uuid: string | null;
  trigger_kind: string;
  target_kind: string;
  ref_type: string | null;
  ref_name: string | null;
  commit_id: string;
  pull_request_id: number | null;
  pull_request_title: string | null;
  destination_name: string | null;
  destination_commit_id: string | null;
  selector_type: string | null;
  selector_pattern: string | null;
  status: string;
  error_key: string | null;
  error_message: string | null;
  terminator_uuid: string | null;
  created_at: number;
  completed_at: number | null;
  build_seconds: number;
};

export type PipelineStepRow = {
  uuid: string;
  pipeline_uuid: string;
  position: number;
  name: string | null;
  image: string;
  is_manual: number;
  deployment: string | null;
  max_minutes: number;
  /** JSON lists of texts. */
  script_commands: string;
  after_commands: string;
  status: string;
  error_key: string | null;
  error_message: string | null;
  started_at: number | null;
  completed_at: number | null;
  log_bytes: number | null;
};

/** The log of a step, cut into parts. */
export type PipelineLogPartRow = {
  step_uuid: string;
  /** Where it begins in the log. */
  offset_bytes: number;
  content: Buffer;
};

export type PipelineRunVariableRow = {
  pipeline_uuid: string;
  position: number;
  key: string;
  /** Null if it is secured. */
  value: string | null;
  sealed_value: Buffer | null;
};

export type PipelineTestCaseRow = {
  uuid: string;
  step_uuid: string;
  position: number;
  name: string;
  fully_qualified_name: string;
  package_name: string;
  status: string;
  duration_ms: number;
  reason: string | null;
};

export type PipelineScheduleRow = {
  uuid: string;
  repository_uuid: string;
  is_enabled: number;
  cron_pattern: string;
  ref_name: string;
  selector_type: string;
  selector_pattern: string | null;
  creator_uuid: string | null;
  created_at: number;
  updated_at: number;
};

export type PipelineScheduleExecutionRow = {
  uuid: string;
  schedule_uuid: string;
  executed_at: number;
  pipeline_uuid: string | null;
  error_key: string | null;
  error_message: string | null;
};

export type PipelineCacheRow = {
  uuid: string;
  repository_uuid: string;
  pipeline_uuid: string;
  step_uuid: string;
  name: string;
  key_hash: string;
  path: string;
  size_bytes: number;
  created_at: number;
};

export type PipelineRunnerRow = {
  uuid: string;
  repository_uuid: string | null;
  workspace_uuid: string | null;
  name: string;
  /** JSON list of texts. */
  labels: string;
  is_disabled: number;
  client_id: string;
  /** SHA-256. */
  secret_digest: Buffer;
  created_at: number;
  updated_at: number;
};
