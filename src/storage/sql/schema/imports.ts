export type ImportTables = { repository_import: RepositoryImportRow };

/** The import of a repository from another server, by background work of a process. */
export type RepositoryImportRow = {
  uuid: string;
  workspace_uuid: string;
  project_uuid: string;
  account_uuid: string;
  slug: string;
  name: string;
  is_private: number;
  /** The URL without user and password: these are nowhere in the database. */
  source: string;
  state: "running" | "done" | "failed" | "cancelled";
  step: string;
  received_bytes: number;
  ref_count: number | null;
  /** JSON: an array of sentences. */
  left_out: string;
  problem: string | null;
  problem_text: string | null;
  repository_uuid: string | null;
  /** Whether it was asked to end. */
  is_cancelling: number;
  created_at: number;
  /** An import that is still running then was cut off: it imports nothing any more. */
  deadline_at: number;
  finished_at: number | null;
};
