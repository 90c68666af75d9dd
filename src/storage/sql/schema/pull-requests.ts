import type { Generated } from "kysely";

export type PullRequestTables = {
  pull_request: PullRequestRow;
  pull_request_participant: PullRequestParticipantRow;
  pull_request_activity: PullRequestActivityRow;
  advertised_pull_requests: { repository_uuid: string };
};

export type PullRequestRow = {
  /** The destination. */
  repository_uuid: string;
  /** Counts from 1 in each repository, and is never used again. */
  id: number;
  title: string;
  description: string;
  state: string;
  is_draft: number;
  is_queued: number;
  author_uuid: string;
  closed_by_uuid: string | null;
  reason: string;
  merge_commit: string | null;
  close_source_branch: number;
  /** Comments that are neither deleted nor pending. */
  comment_count: number;
  /** Unresolved tasks. */
  task_count: number;
  /** Null once the fork is deleted. */
  source_repository_uuid: string | null;
  source_branch: string;
  /** The last commit that the branch was seen at. */
  source_commit: string;
  destination_branch: string;
  /** Null while it is open: then it is wherever the branch is. */
  destination_commit: string | null;
  created_at: number;
  updated_at: number;
};

export type PullRequestParticipantRow = {
  repository_uuid: string;
  pull_request_id: number;
  account_uuid: string;
  is_reviewer: number;
  state: string | null;
  participated_at: number | null;
  /** The order in which they came. */
  position: number;
};

export type PullRequestActivityRow = {
  id: Generated<number>;
  repository_uuid: string;
  pull_request_id: number;
  kind: string;
  account_uuid: string | null;
  comment_id: number | null;
  /** JSON of an update. */
  details: string | null;
  at: number;
};
