import type { Kysely } from "kysely";
import type { BranchType } from "../../model/branch-restriction.ts";
import {
  type BranchingModel,
  branchMeant,
  branchTypesOf,
  DEFAULT_BRANCHING_MODEL,
  isBranchPrefix,
  type ModelBranch,
  overlappingTypes,
  PREFIXED_TYPES,
} from "../../model/branching-model.ts";
import { Failure, invalidField } from "../../model/failure.ts";
import type { Ref } from "../../model/ref.ts";
import { BRANCH_PREFIX, type BranchName, type RefName } from "../../model/ref-name.ts";
import type { Repository } from "../../model/repository.ts";
import type { Project } from "../../model/workspace.ts";
import type { By, Ports } from "../../ports.ts";
import {
  findBranchingModels,
  findProjectBranchingModel,
  upsertProjectBranchingModel,
  upsertRepositoryBranchingModel,
} from "../../storage/sql/branch-rules/branching-models.ts";
import { findRefs } from "../../storage/sql/refs/refs.ts";
import type { Schema } from "../../storage/sql/schema.ts";
import { getRepository } from "../repositories/get-repository.ts";

/** A model as it applies to one repository now. */
export type ActiveModel = {
  readonly model: BranchingModel;
  readonly isInherited: boolean;
  /** The branches that the model names, with their refs if they exist. */
  readonly development: ActiveBranch;
  /** Undefined if production is disabled. */
  readonly production: ActiveBranch | undefined;
  typesOf(branch: BranchName): readonly BranchType[];
};

export type ActiveBranch = {
  readonly name: BranchName | undefined;
  readonly ref: Ref | undefined;
  readonly followsMainBranch: boolean;
};

/** Where a model is read from: committed data, or the view of an open transaction. */
export type ModelPorts = { readonly database: Pick<Ports["database"], "kysely"> };

/** The repository's own model, or its project's, or the default. Two statements. */
export async function getActiveModel({ database }: ModelPorts, repository: Repository): Promise<ActiveModel> {
  const { uuid, project, mainBranch } = repository;
  const stored = await findBranchingModels(database.kysely, uuid, project.uuid);
  const isInherited = stored.repository === undefined;
  const set = stored.repository ?? stored.project ?? DEFAULT_BRANCHING_MODEL;
  const meant = [set.development, set.production].flatMap((branch) => branchMeant(branch, mainBranch) ?? []);
  const refs = await findRefs(database.kysely, uuid, meant.map(refNameOf));
  const model = isInherited ? withoutMissingBranches(set, refs) : set;
  const activeBranch = (branch: ModelBranch): ActiveBranch => {
    const name = branchMeant(branch, mainBranch);
    const ref = name === undefined ? undefined : refs.get(refNameOf(name));
    return { name, ref, followsMainBranch: branch.kind === "main-branch" };
  };
  return {
    model,
    isInherited,
    development: activeBranch(model.development),
    production: model.production.isEnabled ? activeBranch(model.production) : undefined,
    typesOf: (branch) => branchTypesOf(model, mainBranch, branch),
  };
}

function refNameOf(branch: BranchName): RefName {
  return `${BRANCH_PREFIX}${branch}` as RefName;
}

/** The reference: an inherited branch "will default to the main branch if the specified branch does not exist". */
function withoutMissingBranches(model: BranchingModel, refs: ReadonlyMap<RefName, Ref>): BranchingModel {
  const orMain = <Branch extends ModelBranch>(branch: Branch) =>
    branch.kind === "named" && !refs.has(refNameOf(branch.name))
      ? { ...branch, kind: "main-branch" as const }
      : branch;
  return { ...model, development: orMain(model.development), production: orMain(model.production) };
}

/** The changes that a caller requests. Absent fields stay as they are. */
export type ModelChange = (model: BranchingModel) => BranchingModel;

/**
 * Gives a repository a model of its own, derived from the one that applies now.
 *
 * @throws Failure invalid-input if the branch types overlap, or a branch that is set does not exist.
 */
export async function changeRepositoryModel(
  by: By,
  repository: Repository,
  change: ModelChange,
  asked: { readonly namesDevelopment: boolean },
): Promise<void> {
  await by.transaction(async (tx) => {
    // Read again: it may have been moved to another project, or got another main branch, meanwhile.
    const current = await getRepository(tx, repository.uuid);
    const stored = await findBranchingModels(tx, current.uuid, current.project.uuid);
    const model = change(stored.repository ?? stored.project ?? DEFAULT_BRANCHING_MODEL);
    requireValidTypes(model);
    const validity = await checkBranches(tx, current, model);
    if (asked.namesDevelopment && !validity.development)
      throw invalidField("development.name", "no such branch");
    if (model.production.isEnabled && !validity.production)
      throw invalidField("production.name", "no such branch");
    await upsertRepositoryBranchingModel(tx, repository.uuid, model);
  });
}

/** Whether each branch that is set exists. The main branch counts as existing even before it does: the reference. */
export type BranchValidity = { readonly development: boolean; readonly production: boolean };

async function checkBranches(
  db: Kysely<Schema>,
  repository: Repository,
  { development, production }: BranchingModel,
): Promise<BranchValidity> {
  const named = [development, production].flatMap((branch) =>
    branch.kind === "named" ? refNameOf(branch.name) : [],
  );
  const refs = await findRefs(db, repository.uuid, named);
  const isValid = (branch: ModelBranch) => branch.kind !== "named" || refs.has(refNameOf(branch.name));
  return { development: isValid(development), production: isValid(production) };
}

/** The settings as they were set: the repository's own, or else the inherited ones. */
export async function getModelSettings(
  { database }: Pick<Ports, "database">,
  repository: Repository,
): Promise<{ readonly model: BranchingModel; readonly validity: BranchValidity }> {
  const stored = await findBranchingModels(database.kysely, repository.uuid, repository.project.uuid);
  const model = stored.repository ?? stored.project ?? DEFAULT_BRANCHING_MODEL;
  return { model, validity: await checkBranches(database.kysely, repository, model) };
}

export async function getProjectModel(
  { database }: Pick<Ports, "database">,
  project: Project,
): Promise<BranchingModel> {
  return (await findProjectBranchingModel(database.kysely, project.uuid)) ?? DEFAULT_BRANCHING_MODEL;
}

/** Any branch may be named: which of them exist differs from repository to repository. */
export async function changeProjectModel(
  by: By,
  project: Project,
  change: ModelChange,
): Promise<BranchingModel> {
  return by.transaction(async (tx) => {
    const stored = await findProjectBranchingModel(tx, project.uuid);
    const model = change(stored ?? DEFAULT_BRANCHING_MODEL);
    requireValidTypes(model);
    await upsertProjectBranchingModel(tx, project.uuid, model);
    return model;
  });
}

function requireValidTypes(model: BranchingModel): void {
  for (const type of PREFIXED_TYPES) {
    const { isEnabled, prefix } = model.types[type];
    if (isEnabled && !isBranchPrefix(prefix))
      throw invalidField("branch_types", `the prefix of ${type} is no beginning of a branch name`);
  }
  const overlap = overlappingTypes(model);
  if (overlap !== undefined) {
    const problem = `the prefix of ${overlap[1]} begins with that of ${overlap[0]}`;
    throw new Failure("invalid-input", `branch_types: ${problem}`, { fields: { branch_types: [problem] } });
  }
}
