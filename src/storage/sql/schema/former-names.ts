export type FormerNameTables = {
  former_repository_slug: FormerRepositorySlugRow;
  unknown_operation: UnknownOperationRow;
};

export type FormerRepositorySlugRow = {
  workspace_uuid: string;
  slug: string;
  repository_uuid: string;
  left_at: number;
};

export type UnknownOperationRow = {
  method: string;
  /** The reference's path if `is_published`; else the shape of the requested path. */
  path: string;
  is_published: number;
  requests: number;
  first_at: number;
  last_at: number;
  /** The account of the last request. Null if it was anonymous or its credential was refused. */
  last_account_uuid: string | null;
};
