import type { BranchType } from "./branch-restriction.ts";
import { type BranchName, parseBranchName } from "./ref-name.ts";

/** The types that are recognized by the beginning of a branch's name. */
export const PREFIXED_TYPES = ["bugfix", "feature", "hotfix", "release"] as const;
export type PrefixedType = (typeof PREFIXED_TYPES)[number];

/** Follows the repository's main branch, or names a branch, which may have gone since. */
export type ModelBranch =
  | { readonly kind: "main-branch" }
  | { readonly kind: "named"; readonly name: BranchName }
  /** Neither: what production is until somebody sets it. */
  | { readonly kind: "unset" };

/** How a repository, or all of a project, calls its branches. Kept as JSON. */
export type BranchingModel = {
  readonly development: ModelBranch;
  readonly production: ModelBranch & { readonly isEnabled: boolean };
  /** A prefix may be anything where its type is disabled. */
  readonly types: Readonly<Record<PrefixedType, { readonly isEnabled: boolean; readonly prefix: string }>>;
  /** Whether a merge deletes its source branch by default. */
  readonly deletesMergedBranches: boolean;
};

/** Our choice: the reference does not say how a model is before anybody sets it. */
export const DEFAULT_BRANCHING_MODEL: BranchingModel = {
  development: { kind: "main-branch" },
  production: { kind: "unset", isEnabled: false },
  types: {
    bugfix: { isEnabled: true, prefix: "bugfix/" },
    feature: { isEnabled: true, prefix: "feature/" },
    hotfix: { isEnabled: true, prefix: "hotfix/" },
    release: { isEnabled: true, prefix: "release/" },
  },
  deletesMergedBranches: false,
};

/** The branch that is meant, whether it exists or not. */
export function branchMeant(branch: ModelBranch, mainBranch: BranchName | undefined): BranchName | undefined {
  switch (branch.kind) {
    case "main-branch":
      return mainBranch;
    case "named":
      return branch.name;
    case "unset":
      return undefined;
  }
}

/** What the model calls a branch; nothing for most of them, and a branch may be both development and production. */
export function branchTypesOf(
  model: BranchingModel,
  mainBranch: BranchName | undefined,
  branch: BranchName,
): readonly BranchType[] {
  const types: BranchType[] = [];
  if (branchMeant(model.development, mainBranch) === branch) types.push("development");
  if (model.production.isEnabled && branchMeant(model.production, mainBranch) === branch)
    types.push("production");
  for (const type of PREFIXED_TYPES) {
    const { isEnabled, prefix } = model.types[type];
    if (isEnabled && branch.startsWith(prefix)) types.push(type);
  }
  return types;
}

/** Whether a branch's name may begin like this: git allows no `*` or space, and an empty text is not a prefix. */
export function isBranchPrefix(text: string): boolean {
  return text !== "" && parseBranchName(`${text}x`) !== undefined;
}

/** Two enabled types of which one's prefix begins with the other's, so that a branch could be both. */
export function overlappingTypes(model: BranchingModel): readonly [PrefixedType, PrefixedType] | undefined {
  const enabled = PREFIXED_TYPES.filter((type) => model.types[type].isEnabled);
  for (const type of enabled) {
    for (const other of enabled) {
      if (type !== other && model.types[other].prefix.startsWith(model.types[type].prefix))
        return [type, other];
    }
  }
  return undefined;
}
