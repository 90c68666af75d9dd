import type { Generated } from "kysely";

/** What workspaces ask of the tokens that are used in them. */
export type TokenPolicyTables = {
  workspace_token_policy: WorkspaceTokenPolicyRow;
  workspace_refused_scope: WorkspaceRefusedScopeRow;
  workspace_token_block: WorkspaceTokenBlockRow;
};

export type WorkspaceTokenPolicyRow = {
  workspace_uuid: string;
  lifetime_days_max: number | null;
  enforced_from: number;
  changed_at: number;
  /** Separated by spaces. Null: private content is opened from anywhere. */
  networks: Generated<string | null>;
  requires_two_step: Generated<number>;
};

export type WorkspaceRefusedScopeRow = {
  workspace_uuid: string;
  scope: string;
};

/** A token that an owner of the workspace has revoked for it. */
export type WorkspaceTokenBlockRow = {
  token_uuid: string;
  workspace_uuid: string;
  blocked_at: number;
  /** Null: by the operator, or by an account that is gone. */
  blocked_by_uuid: string | null;
};
