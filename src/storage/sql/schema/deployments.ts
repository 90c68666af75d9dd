import type { Generated } from "kysely";

/** Environments and deployments: contract, rest-of-api.md §2. */
export type DeploymentTables = {
  deployment_environment: DeploymentEnvironmentRow;
  deployment: DeploymentRow;
};

export type DeploymentEnvironmentRow = {
  uuid: string;
  repository_uuid: string;
  name: string;
  /** Folded, for comparison without case. */
  name_key: string;
  slug: string;
  environment_type: string;
  rank: number;
  is_admin_only: number;
  created_at: number;
};

export type DeploymentRow = {
  sequence: Generated<number>;
  uuid: string;
  repository_uuid: string;
  environment_uuid: string;
  pipeline_uuid: string;
  build_number: number;
  step_uuid: string;
  release_uuid: string;
  commit_id: string;
  deployer_uuid: string | null;
  state: string;
  /** Null unless the state is COMPLETED. */
  status: string | null;
  created_at: number;
  updated_at: number;
  started_at: number | null;
  completed_at: number | null;
};
