import { DEFAULT_BRANCHING_MODEL } from "../../model/branching-model.ts";
import type { Repository, RepositoryOverrides } from "../../model/repository.ts";
import type { By, Ports } from "../../ports.ts";
import {
  deleteRepositoryBranchingModel,
  findBranchingModels,
  upsertRepositoryBranchingModel,
} from "../../storage/sql/branch-rules/branching-models.ts";
import {
  hasOwnMergeStrategy,
  setOwnMergeStrategy,
} from "../../storage/sql/repositories/repository-overrides.ts";
import { getRepository } from "./get-repository.ts";

export async function getOverrides(
  { database }: Pick<Ports, "database">,
  { uuid, project }: Repository,
): Promise<RepositoryOverrides> {
  const models = await findBranchingModels(database.kysely, uuid, project.uuid);
  return {
    defaultMergeStrategy: await hasOwnMergeStrategy(database.kysely, uuid),
    branchingModel: models.repository !== undefined,
  };
}

/**
 * Sets the given overrides and leaves the others. A branching model of its own starts as a copy of the inherited one;
 * without one the repository inherits again, and its own model is deleted.
 */
export async function changeOverrides(
  by: By,
  { uuid }: Repository,
  { defaultMergeStrategy, branchingModel }: Partial<RepositoryOverrides>,
): Promise<void> {
  await by.transaction(async (tx) => {
    if (defaultMergeStrategy !== undefined) await setOwnMergeStrategy(tx, uuid, defaultMergeStrategy);
    if (branchingModel === false) await deleteRepositoryBranchingModel(tx, uuid);
    if (branchingModel !== true) return;
    const { project } = await getRepository(tx, uuid);
    const models = await findBranchingModels(tx, uuid, project.uuid);
    if (models.repository !== undefined) return;
    await upsertRepositoryBranchingModel(tx, uuid, models.project ?? DEFAULT_BRANCHING_MODEL);
  });
}
