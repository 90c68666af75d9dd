import type { BranchingModel, ModelBranch, PrefixedType } from "../model/branching-model.ts";

/** The types in the order in which the reference's examples have them. */
const TYPES_SHOWN = ["release", "hotfix", "feature", "bugfix"] as const satisfies readonly PrefixedType[];

/** A branch of a model as it holds now. `Branch` is the representation of the branch, where it exists. */
export type ShownBranch<Branch> = {
  readonly name: string | null;
  readonly use_mainbranch: boolean;
  readonly branch?: Branch;
};

/** A `branching_model`, or the same for a project: contract, rest.md §2.20. */
export function representBranchingModel<Branch>(
  type: "branching_model" | "effective_repo_branching_model" | "project_branching_model",
  model: BranchingModel,
  branches: {
    readonly development: ShownBranch<Branch>;
    /** Undefined while production is disabled. */
    readonly production: ShownBranch<Branch> | undefined;
  },
  selfUrl: string,
) {
  const enabled = TYPES_SHOWN.filter((kind) => model.types[kind].isEnabled);
  return {
    type,
    development: branches.development,
    ...(branches.production === undefined ? {} : { production: branches.production }),
    branch_types: enabled.map((kind) => ({ kind, prefix: model.types[kind].prefix })),
    links: { self: { href: selfUrl } },
  };
}

/** Whether the branches that are set exist; for a project nobody can say. */
export type Validity = { readonly development: boolean; readonly production: boolean };

/** `branching_model_settings`: contract, rest.md §2.20. */
export function representModelSettings(
  model: BranchingModel,
  validity: Validity | undefined,
  selfUrl: string,
) {
  const { development, production } = model;
  return {
    type: "branching_model_settings",
    development: {
      ...(validity === undefined ? {} : { is_valid: validity.development }),
      ...representModelBranch(development),
    },
    production: {
      ...(validity === undefined ? {} : { is_valid: validity.production }),
      ...representModelBranch(production),
      enabled: production.isEnabled,
    },
    branch_types: TYPES_SHOWN.map((kind) => {
      const { isEnabled, prefix } = model.types[kind];
      return { kind, enabled: isEnabled, prefix };
    }),
    // A text, as the reference has it.
    default_branch_deletion: String(model.deletesMergedBranches),
    links: { self: { href: selfUrl } },
  };
}

export function representModelBranch(branch: ModelBranch) {
  return {
    name: branch.kind === "named" ? branch.name : null,
    use_mainbranch: branch.kind === "main-branch",
  };
}
