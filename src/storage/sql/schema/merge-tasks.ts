export type MergeTaskTables = { pull_request_merge_task: MergeTaskRow };

/** A merge that its caller does not wait for. */
export type MergeTaskRow = {
  uuid: string;
  repository_uuid: string;
  pull_request_id: number;
  state: string;
  /** JSON: why it failed, in words for the caller. */
  failure: string | null;
  created_at: number;
  /** A task that is still pending then was cut off: it merges nothing any more. */
  deadline_at: number;
};
