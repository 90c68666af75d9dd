import type { CommentRow } from "./comments.ts";

/** Commit comments, approvals, statuses and reports, and the files offered for download. */
export type ReviewTables = {
  commit_status: CommitStatusRow;
  commit_comment: CommitCommentRow;
  commit_approval: CommitApprovalRow;
  report: ReportRow;
  report_annotation: ReportAnnotationRow;
  download: DownloadRow;
};

export type CommitStatusRow = {
  repository_uuid: string;
  commit_id: string;
  key: string;
  state: string;
  name: string;
  description: string;
  /** May hold variables, as it was sent. */
  url: string;
  refname: string | null;
  created_at: number;
  updated_at: number;
};

export type CommitCommentRow = CommentRow & {
  repository_uuid: string;
  commit_id: string;
};

export type CommitApprovalRow = {
  repository_uuid: string;
  commit_id: string;
  account_uuid: string;
  approved_at: number;
};

export type ReportRow = {
  uuid: string;
  repository_uuid: string;
  commit_id: string;
  external_id: string;
  title: string;
  details: string;
  report_type: string;
  result: string | null;
  reporter: string | null;
  link: string | null;
  logo_url: string | null;
  remote_link_enabled: number | null;
  /** JSON. */
  data: string;
  created_at: number;
  updated_at: number;
};

export type ReportAnnotationRow = {
  uuid: string;
  report_uuid: string;
  external_id: string;
  annotation_type: string;
  summary: string;
  details: string | null;
  path: string | null;
  line: number | null;
  result: string | null;
  severity: string | null;
  link: string | null;
  created_at: number;
  updated_at: number;
};

export type DownloadRow = {
  repository_uuid: string;
  name: string;
  /** The name of the file on the disk; a new one with every upload. */
  file_uuid: string;
  account_uuid: string;
  size_bytes: number;
  download_count: number;
  created_at: number;
};
