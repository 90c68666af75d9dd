import type { Generated } from "kysely";

/** Branch restrictions and branching models. */
export type BranchRuleTables = {
  branch_restriction: BranchRestrictionRow;
  branch_restriction_account: BranchRestrictionAccountRow;
  branch_restriction_group: BranchRestrictionGroupRow;
  repository_branching_model: RepositoryBranchingModelRow;
  project_branching_model: ProjectBranchingModelRow;
};

export type BranchRestrictionRow = {
  id: Generated<number>;
  repository_uuid: string;
  kind: string;
  match_kind: "glob" | "branching_model";
  /** Empty for the branching model. */
  pattern: string;
  /** Empty for a glob. Not null, so that it counts in the unique key. */
  branch_type: string;
  value: number | null;
};

export type BranchRestrictionAccountRow = { restriction_id: number; account_uuid: string };

export type BranchRestrictionGroupRow = { restriction_id: number; group_uuid: string };

/** A repository without a row has the model of its project. */
export type RepositoryBranchingModelRow = {
  repository_uuid: string;
  /** JSON. */
  model: string;
};

/** A project without a row has the default. */
export type ProjectBranchingModelRow = {
  project_uuid: string;
  /** JSON. */
  model: string;
};
