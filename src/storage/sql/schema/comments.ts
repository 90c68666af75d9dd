import type { Generated } from "kysely";

/** What the tables of comments have in common, whatever the comments are on. */
export type CommentRow = {
  /** Rises over all repositories of the server, and is never used again. */
  id: Generated<number>;
  account_uuid: string;
  parent_id: number | null;
  /** Empty once the comment is deleted. */
  raw: string;
  inline_path: string | null;
  inline_from: number | null;
  inline_to: number | null;
  inline_start_from: number | null;
  inline_start_to: number | null;
  is_deleted: number;
  created_at: number;
  updated_at: number;
};
