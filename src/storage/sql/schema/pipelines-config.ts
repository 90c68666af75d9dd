/** What is configured for Pipelines: contract, rest-of-api.md §3.7 and §3.8. */
export type PipelinesConfigTables = {
  pipelines_config: PipelinesConfigRow;
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
