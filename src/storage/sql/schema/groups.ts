import type { Generated } from "kysely";

/** Groups of a workspace, what they and projects permit, and who reviews in a project or a repository. */
export type GroupTables = {
  workspace_group: WorkspaceGroupRow;
  group_member: GroupMemberRow;
  group_default: GroupDefaultRow;
  project_group_permission: ProjectGroupPermissionRow;
  repository_group_permission: RepositoryGroupPermissionRow;
  project_default_reviewer: ProjectDefaultReviewerRow;
  repository_default_reviewer: RepositoryDefaultReviewerRow;
  repository_override: RepositoryOverrideRow;
};

/** Not called `group`, which is a word of SQL. */
export type WorkspaceGroupRow = {
  uuid: string;
  workspace_uuid: string;
  slug: string;
  name: string;
  created_at: number;
};

/** A group without a row gets nothing by itself. */
export type GroupDefaultRow = {
  group_uuid: string;
  permission: string | null;
  adds_members: number;
  forwards_mail: Generated<number>;
};

export type GroupMemberRow = {
  group_uuid: string;
  account_uuid: string;
};

export type ProjectGroupPermissionRow = {
  project_uuid: string;
  group_uuid: string;
  permission: string;
};

export type RepositoryGroupPermissionRow = {
  repository_uuid: string;
  group_uuid: string;
  permission: string;
};

export type ProjectDefaultReviewerRow = {
  project_uuid: string;
  account_uuid: string;
  added_at: number;
};

export type RepositoryDefaultReviewerRow = {
  repository_uuid: string;
  account_uuid: string;
  added_at: number;
};

/** Repositories whose default merge strategy is their own, in place of their project's. */
export type RepositoryOverrideRow = {
  repository_uuid: string;
  default_merge_strategy: number;
};
