export type WorkspaceDayTables = { workspace_day: WorkspaceDayRow };

export type WorkspaceDayRow = {
  workspace_uuid: string;
  /** Whole days since 1970, UTC. */
  day: number;
  pushes: number;
  fetches: number;
  /** Those of the fetches that were answered from the cache. */
  cached_fetches: number;
  storage_bytes: number | null;
};
