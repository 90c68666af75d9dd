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
  /** Of the reference where `is_published`; else the shape of what was asked for. */
  path: string;
  is_published: number;
  requests: number;
  first_at: number;
  last_at: number;
  /** Whose credential came last with it. Null: nobody's, or one that was refused. */
  last_account_uuid: string | null;
};
