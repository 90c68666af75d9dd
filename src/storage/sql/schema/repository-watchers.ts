export type RepositoryWatcherTables = { repository_watcher: RepositoryWatcherRow };

export type RepositoryWatcherRow = {
  repository_uuid: string;
  account_uuid: string;
  started_at: number;
};
