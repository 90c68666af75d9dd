import { DROP_STEP_MS } from "../../../git/packs/maintain.ts";
import { findDropCheck, noteDropCheck } from "../../sql/stored-objects/drop-checks.ts";
import { lookAtPacks } from "../../sql/stored-objects/packs.ts";
import type { OpenMaintenance } from "../pack-store.ts";
import { isHeldBack } from "./plan-stored-repack.ts";
import type { RepositoryViews } from "./repository-views.ts";
import { openStoredRepackFolder, type StoredRepackOptions } from "./stored-repack-folder.ts";

export type StoredMaintenanceOptions = Omit<StoredRepackOptions, "generation" | "viewGitDir"> & {
  readonly views: RepositoryViews;
};

/** Opens a repository for maintenance whose packs are in an object store. Its times are those of the database. */
export async function openStoredMaintenance(options: StoredMaintenanceOptions): Promise<OpenMaintenance> {
  const { repository, views } = options;
  const { kysely } = options.database;
  // Before the refs are read: their commits are in what is there by now.
  const generation = (await lookAtPacks(kysely, repository))?.packGeneration ?? 0;
  const view = await views.open(repository);
  return {
    gitDir: view.gitDir,
    refresh: view.refresh,
    async isDropDue() {
      const look = await lookAtPacks(kysely, repository);
      if (look === undefined || isHeldBack(look)) return false;
      const check = await findDropCheck(kysely, repository);
      return check !== undefined && check.now.getTime() - check.checkedAt.getTime() > DROP_STEP_MS;
    },
    markDrop: () => noteDropCheck(kysely, repository),
    openRepackFolder: (refs, drops) =>
      openStoredRepackFolder({ ...options, generation, viewGitDir: view.gitDir }, refs, drops),
    close: async () => view.close(),
  };
}
