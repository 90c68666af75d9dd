import type { Kysely } from "kysely";
import type { BranchingModel } from "../../../model/branching-model.ts";
import type { Uuid } from "../../../model/uuid.ts";
import type { Schema } from "../schema.ts";

export type StoredModels = {
  readonly repository: BranchingModel | undefined;
  readonly project: BranchingModel | undefined;
};

/** The models of a repository and of its project, in one statement. */
export async function findBranchingModels(
  db: Kysely<Schema>,
  repositoryUuid: Uuid,
  projectUuid: Uuid,
): Promise<StoredModels> {
  const rows = await db
    .selectFrom("repository_branching_model")
    .select(["repository_uuid as subject_uuid", "model"])
    .where("repository_uuid", "=", repositoryUuid)
    .unionAll((eb) =>
      eb
        .selectFrom("project_branching_model")
        .select(["project_uuid as subject_uuid", "model"])
        .where("project_uuid", "=", projectUuid),
    )
    .execute();
  const modelOf = (uuid: Uuid) => {
    const row = rows.find((candidate) => candidate.subject_uuid === uuid);
    return row && toModel(row.model);
  };
  return { repository: modelOf(repositoryUuid), project: modelOf(projectUuid) };
}

export async function findProjectBranchingModel(
  db: Kysely<Schema>,
  projectUuid: Uuid,
): Promise<BranchingModel | undefined> {
  const row = await db
    .selectFrom("project_branching_model")
    .select("model")
    .where("project_uuid", "=", projectUuid)
    .executeTakeFirst();
  return row && toModel(row.model);
}

/** Afterwards the repository has a model of its own. */
export async function upsertRepositoryBranchingModel(
  db: Kysely<Schema>,
  repositoryUuid: Uuid,
  branchingModel: BranchingModel,
): Promise<void> {
  const model = JSON.stringify(branchingModel);
  await db
    .insertInto("repository_branching_model")
    .values({ repository_uuid: repositoryUuid, model })
    .onConflict((conflict) => conflict.column("repository_uuid").doUpdateSet({ model }))
    .execute();
}

/** Afterwards the repository has the model of its project. */
export async function deleteRepositoryBranchingModel(
  db: Kysely<Schema>,
  repositoryUuid: Uuid,
): Promise<void> {
  await db.deleteFrom("repository_branching_model").where("repository_uuid", "=", repositoryUuid).execute();
}

export async function upsertProjectBranchingModel(
  db: Kysely<Schema>,
  projectUuid: Uuid,
  branchingModel: BranchingModel,
): Promise<void> {
  const model = JSON.stringify(branchingModel);
  await db
    .insertInto("project_branching_model")
    .values({ project_uuid: projectUuid, model })
    .onConflict((conflict) => conflict.column("project_uuid").doUpdateSet({ model }))
    .execute();
}

/** Written by `upsert…` alone. */
function toModel(json: string): BranchingModel {
  return JSON.parse(json) as BranchingModel;
}
