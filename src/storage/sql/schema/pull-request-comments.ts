import type { Generated } from "kysely";
import type { CommentRow } from "./comments.ts";

export type PullRequestCommentTables = {
  pull_request_comment: PullRequestCommentRow;
  pull_request_task: PullRequestTaskRow;
};

/** What somebody writes on a pull request, and somebody resolves. */
type OnPullRequest = {
  repository_uuid: string;
  pull_request_id: number;
  is_pending: number;
  resolved_by_uuid: string | null;
  resolved_at: number | null;
};

export type PullRequestCommentRow = CommentRow &
  OnPullRequest & {
    /** The commits in which the lines of an inline comment are these. */
    source_commit: string | null;
    destination_commit: string | null;
    /** For lines of the old side. */
    base_commit: string | null;
    is_outdated: number;
  };

export type PullRequestTaskRow = OnPullRequest & {
  /** Rises over all repositories of the server, and is never used again. */
  id: Generated<number>;
  account_uuid: string;
  raw: string;
  comment_id: number | null;
  created_at: number;
  updated_at: number;
};
