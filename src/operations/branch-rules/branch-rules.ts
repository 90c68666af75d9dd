import { GitError, runGit } from "../../git/process/git-process.ts";
import {
  type BranchRestriction,
  describeMatch,
  matchesBranch,
  type RestrictionKind,
} from "../../model/branch-restriction.ts";
import { type BranchingModel, branchTypesOf } from "../../model/branching-model.ts";
import type { RefUpdate } from "../../model/ref.ts";
import { type BranchName, branchOf } from "../../model/ref-name.ts";
import type { Repository } from "../../model/repository.ts";
import type { Uuid } from "../../model/uuid.ts";
import { authorOf } from "../../model/who-acts.ts";
import type { By } from "../../ports.ts";
import { listRestrictions } from "../../storage/sql/branch-rules/branch-restrictions.ts";
import { listGroupSlugsOf } from "../../storage/sql/permissions/groups.ts";
import { getRepository } from "../repositories/get-repository.ts";
import { getActiveModel, type ModelPorts } from "./branching-models.ts";

/** By which way a ref changes. A merge asks `restrict_merges` alone; everything else is a push. */
export type ChangeKind = "push" | "merge";

export type GitLocation = {
  readonly gitDir: string;
  /** Where the objects of the change wait, if it brings any. */
  readonly objectFolder?: string;
  readonly signal: AbortSignal;
};

/** Our choice: a deletion of a branch is a push to it too, so both kinds of rule are asked. */
const KINDS_ASKED: Record<ChangeKind, readonly RestrictionKind[]> = {
  push: ["push", "delete", "force"],
  merge: ["restrict_merges"],
};

/** All that decides on updates beside the commits themselves, of one moment. Plain values: two of them can be compared. */
export type BranchRules = {
  readonly restrictions: readonly BranchRestriction[];
  /** Where a rule names a branch type. */
  readonly model: BranchingModel | undefined;
  readonly mainBranch: BranchName | undefined;
  /** The author, and the groups that it is in, where a rule has exemptions. Undefined: no rule counts for the author. */
  readonly author: { readonly accountUuid: Uuid; readonly groupSlugs: readonly string[] } | undefined;
};

const NO_RULES: BranchRules = {
  restrictions: [],
  model: undefined,
  mainBranch: undefined,
  author: undefined,
};

/** Reads the rules of a repository that count for an author. One statement where it has none. */
export async function readBranchRules(
  ports: ModelPorts,
  repository: Repository,
  { by, kind }: { readonly by: Pick<By, "caller">; readonly kind: ChangeKind },
): Promise<BranchRules> {
  const author = authorOf(by.caller);
  // Who is at the server's own command line is not restricted.
  if (author.kind === "operator") return NO_RULES;
  const { kysely } = ports.database;
  const restrictions = await listRestrictions(kysely, repository.uuid, { kinds: KINDS_ASKED[kind] });
  if (restrictions.length === 0) return NO_RULES;
  const needsModel = restrictions.some((rule) => rule.match.kind === "branching_model");
  // As it is by now: the main branch counts, and the project's model where it has none of its own.
  const current = needsModel ? await getRepository(kysely, repository.uuid) : undefined;
  const active = current === undefined ? undefined : await getActiveModel(ports, current);
  const accountUuid = author.account.uuid;
  const needsGroups = restrictions.some((rule) => rule.groups.length > 0);
  const groupSlugs = needsGroups
    ? await listGroupSlugsOf(kysely, repository.workspace.uuid, accountUuid)
    : [];
  return {
    restrictions,
    model: active?.model,
    mainBranch: current?.mainBranch,
    author: { accountUuid, groupSlugs },
  };
}

/**
 * Finds the rule that refuses an update, if there is one. Every rule that matches must allow it. Whoever administers the
 * repository is not exempt from rules unless listed: our choice, since the reference tells of no other exemption than the lists.
 */
export async function findRefusingRule(
  { restrictions, model, mainBranch, author }: BranchRules,
  update: RefUpdate,
  location: GitLocation,
): Promise<BranchRestriction | undefined> {
  const branch = branchOf(update.name);
  if (branch === undefined || author === undefined) return undefined;
  const typesOf = (name: BranchName) => (model === undefined ? [] : branchTypesOf(model, mainBranch, name));
  for (const rule of restrictions) {
    if (!matchesBranch(rule.match, branch, typesOf) || isExemptFrom(rule, author)) continue;
    if (await concerns(rule.kind, update, location)) return rule;
  }
  return undefined;
}

async function concerns(kind: RestrictionKind, update: RefUpdate, location: GitLocation): Promise<boolean> {
  switch (kind) {
    case "push":
    case "restrict_merges":
      return true;
    case "delete":
      return update.new === undefined;
    case "force":
      return !(await isFastForward(update, location));
    default:
      return false;
  }
}

/** A new branch and a deletion rewrite nothing. An old value that is not there will be refused as stale anyway. */
async function isFastForward({ old, new: next }: RefUpdate, location: GitLocation): Promise<boolean> {
  if (old === undefined || next === undefined || old === next) return true;
  try {
    await runGit(["merge-base", "--is-ancestor", old, next], location);
    return true;
  } catch (error) {
    location.signal.throwIfAborted();
    if (error instanceof GitError && error.status !== undefined) return false;
    throw error;
  }
}

function isExemptFrom(
  { kind, accounts, groups }: BranchRestriction,
  { accountUuid, groupSlugs }: NonNullable<BranchRules["author"]>,
): boolean {
  if (kind !== "push" && kind !== "restrict_merges") return false;
  return (
    accounts.some((listed) => listed.uuid === accountUuid) ||
    groups.some((group) => groupSlugs.includes(group.slug))
  );
}

const REASONS: Partial<Record<RestrictionKind, string>> = {
  push: "only the accounts and groups that it lists may push",
  restrict_merges: "only the accounts and groups that it lists may merge",
  delete: "the branch must not be deleted",
  force: "the branch's history must not be rewritten",
};

/** For a report of a push, or an answer: which rule refuses, and why. */
export function describeRefusal(rule: BranchRestriction): string {
  return `branch restriction ${rule.id}: "${rule.kind}" on ${describeMatch(rule.match)}: ${REASONS[rule.kind]}`;
}
