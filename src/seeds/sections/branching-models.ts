import { type BranchingModel, type ModelBranch, PREFIXED_TYPES } from "../../model/branching-model.ts";
import { type BranchName, parseBranchName } from "../../model/ref-name.ts";
import type { Repository } from "../../model/repository.ts";
import { changeProjectModel, changeRepositoryModel } from "../../operations/branch-rules/branching-models.ts";
import { CLOSED, type Entry, name, type TypeBuilder } from "../schema-parts.ts";
import { section } from "../section.ts";
import type { SeedChecker } from "../seed-checker.ts";
import type { SeedPath } from "../seed-path.ts";
import type { SeedProject } from "./permissions.ts";

const branchingModel = (type: TypeBuilder) =>
  type.Object(
    {
      development: type.Optional(name(type, "A branch. Without one: the main branch")),
      production: type.Optional(name(type, "A branch. Without one there is no production branch")),
      bugfix: type.Optional(prefix(type)),
      feature: type.Optional(prefix(type)),
      hotfix: type.Optional(prefix(type)),
      release: type.Optional(prefix(type)),
      deletes_merged_branches: type.Optional(type.Boolean({ default: false })),
    },
    { ...CLOSED, description: "How branches are called" },
  );

function prefix(type: TypeBuilder) {
  return type.Unsafe<string | null>({
    type: ["string", "null"],
    description: "How such branches begin; null: there are none",
  });
}

type ModelEntry = Entry<typeof branchingModel>;

function check(checker: SeedChecker, entry: ModelEntry, path: SeedPath): void {
  for (const field of ["development", "production"] as const) {
    const branch = entry[field];
    if (branch !== undefined && parseBranchName(branch) === undefined)
      checker.problem([...path, field], "not a name of a branch");
  }
}

function changeOf(entry: ModelEntry): (before: BranchingModel) => BranchingModel {
  const named = (branch: string): ModelBranch => ({ kind: "named", name: branch as BranchName });
  return (before) => ({
    development: entry.development === undefined ? { kind: "main-branch" } : named(entry.development),
    production:
      entry.production === undefined
        ? { ...before.production, isEnabled: false }
        : { ...named(entry.production), isEnabled: true },
    types: Object.fromEntries(
      PREFIXED_TYPES.map((kind) => {
        const given = entry[kind];
        if (given === undefined) return [kind, before.types[kind]];
        return [
          kind,
          given === null ? { ...before.types[kind], isEnabled: false } : { isEnabled: true, prefix: given },
        ];
      }),
    ) as BranchingModel["types"],
    deletesMergedBranches: entry.deletes_merged_branches ?? false,
  });
}

const FIELDS = { "development.name": "development", "production.name": "production", branch_types: "" };

export const repositoryModelSection = section({
  key: "branching_model",
  schema: branchingModel,
  check,
  async apply(context, repository: Repository, entry, path) {
    const made = { path, name: `branching model ${repository.uuid}`, at: context.time, fields: FIELDS };
    await context.make(made, (_ports, by) =>
      changeRepositoryModel(by, repository, changeOf(entry), {
        namesDevelopment: entry.development !== undefined,
      }),
    );
  },
});

export const projectModelSection = section({
  key: "branching_model",
  schema: branchingModel,
  check,
  async apply(context, { project }: SeedProject, entry, path) {
    const made = { path, name: `branching model ${project.uuid}`, at: context.time, fields: FIELDS };
    await context.make(made, (_ports, by) => changeProjectModel(by, project, changeOf(entry)));
  },
});
