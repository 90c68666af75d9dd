/** What is configured for Pipelines: contract, rest-of-api.md §3.7 and §3.8. */
export type PipelinesConfigTables = {
  pipelines_config: PipelinesConfigRow;
  pipeline_variable: PipelineVariableRow;
  pipeline_key_pair: PipelineKeyPairRow;
  pipeline_known_host: PipelineKnownHostRow;
};

export type PipelinesConfigRow = {
  repository_uuid: string;
  is_enabled: number;
  /** Null: it has never been enabled. */
  first_enabled_at: number | null;
  /** 0: there has been no pipeline. */
  latest_build_number: number;
  next_build_number: number;
};

export type PipelineVariableRow = {
  uuid: string;
  /** That of the one of the three that is not null. */
  owner_uuid: string;
  workspace_uuid: string | null;
  repository_uuid: string | null;
  environment_uuid: string | null;
  key: string;
  /** Null if it is secured. */
  value: string | null;
  /** Sealed with a key of the data folder. */
  sealed_value: Buffer | null;
  created_at: number;
};

export type PipelineKeyPairRow = {
  repository_uuid: string;
  public_key: string;
  /** Sealed with a key of the data folder. */
  sealed_private_key: Buffer;
};

export type PipelineKnownHostRow = {
  uuid: string;
  repository_uuid: string;
  hostname: string;
  /** In lower case. */
  hostname_key: string;
  key_type: string;
  key: string;
  created_at: number;
};
