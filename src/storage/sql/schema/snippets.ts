import type { Generated } from "kysely";

export type SnippetTables = {
  snippet: SnippetRow;
  snippet_comment: SnippetCommentRow;
  snippet_watcher: SnippetWatcherRow;
};

export type SnippetRow = {
  /** The repository with its files. It is in no workspace that anybody sees. */
  repository_uuid: string;
  /** The owner. */
  workspace_uuid: string;
  /** Of URLs, unique on the server, in the case that it has. */
  id: string;
  /** Empty: it has none. */
  title: string;
  is_private: number;
  creator_uuid: string | null;
  created_at: number;
};

export type SnippetCommentRow = {
  id: Generated<number>;
  snippet_uuid: string;
  account_uuid: string;
  /** Empty once the comment is deleted. */
  raw: string;
  parent_id: number | null;
  is_deleted: number;
  created_at: number;
  updated_at: number;
};

export type SnippetWatcherRow = {
  snippet_uuid: string;
  account_uuid: string;
  started_at: number;
};
