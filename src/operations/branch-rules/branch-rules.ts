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
import { listGroupSlugsOf } from "../../storage/sql/groups/groups.ts";
import { getRepository } from "../repositories/get-repository.ts";
import { getActiveModel, type ModelPorts } from "./branching-models.ts";

/**
 * How refs change. Of a merge only `restrict_merges` is checked for the destination; the source branch, if that is deleted
 * with it, is deleted as by a push.
 */
export type ChangeKind = "push" | "merge";

export type GitLocation = {
  readonly gitDir: string;
  /** Where the new objects of the change are stored until it is accepted, if it has any. */
  readonly objectFolder?: string;
  readonly signal: AbortSignal;
};

/** Our choice: the deletion of a branch is also a push to it, so both kinds of rule are checked. */
const KINDS_ASKED: Record<ChangeKind, readonly RestrictionKind[]> = {
  push: ["push", "delete", "force"],
  merge: ["restrict_merges", "push", "delete"],
};

function kindsAskedFor(kind: ChangeKind, update: RefUpdate): readonly RestrictionKind[] {
  return kind === "merge" && update.new !== undefined ? ["restrict_merges"] : KINDS_ASKED.push;
}

/** Everything that decides on updates except the commits themselves, read at one moment. The values can be compared. */
export type BranchRules = {
  readonly kind: ChangeKind;
  readonly restrictions: readonly BranchRestriction[];
  /** Read if a rule names a branch type. */
  readonly model: BranchingModel | undefined;
  readonly mainBranch: BranchName | undefined;
  /** The author and its groups, if a rule has exemptions. Undefined: no rule applies to the author. */
  readonly author: { readonly accountUuid: Uuid; readonly groupSlugs: readonly string[] } | undefined;
};

const NO_RULES: Omit<BranchRules, "kind"> = {
  restrictions: [],
  model: undefined,
  mainBranch: undefined,
  author: undefined,
};

/** Reads the rules of a repository that apply to an author. One statement if there are none. */
export async function readBranchRules(
  ports: ModelPorts,
  repository: Repository,
  { by, kind }: { readonly by: Pick<By, "caller">; readonly kind: ChangeKind },
): Promise<BranchRules> {
  const author = authorOf(by.caller);
  // The operator at the server's own command line is not restricted.
  if (author.kind === "operator") return { ...NO_RULES, kind };
  const { kysely } = ports.database;
  const restrictions = await listRestrictions(kysely, repository.uuid, { kinds: KINDS_ASKED[kind] });
  if (restrictions.length === 0) return { ...NO_RULES, kind };
  const needsModel = restrictions.some((rule) => rule.match.kind === "branching_model");
  // Read again, because the main branch counts, and the project's model if the repository has none of its own.
  const current = needsModel ? await getRepository(kysely, repository.uuid) : undefined;
  const active = current === undefined ? undefined : await getActiveModel(ports, current);
  const accountUuid = author.account.uuid;
  const needsGroups = restrictions.some((rule) => rule.groups.length > 0);
  const groupSlugs = needsGroups
    ? await listGroupSlugsOf(kysely, repository.workspace.uuid, accountUuid)
    : [];
  return {
    kind,
    restrictions,
    model: active?.model,
    mainBranch: current?.mainBranch,
    author: { accountUuid, groupSlugs },
  };
}

/** The same, begun before it is needed: nothing waits for it meanwhile. A failure is thrown to the one who awaits it. */
export function readBranchRulesMeanwhile(...asked: Parameters<typeof readBranchRules>): Promise<BranchRules> {
  const rules = readBranchRules(...asked);
  rules.catch(() => {});
  return rules;
}

/**
 * Finds the rule that refuses an update, if any. Every matching rule must allow it. Administrators of the repository
 * are not exempt unless they are listed: our choice, since the reference mentions no exemption other than the lists.
 */
export async function findRefusingRule(
  { kind, restrictions, model, mainBranch, author }: BranchRules,
  update: RefUpdate,
  location: GitLocation,
): Promise<BranchRestriction | undefined> {
  const branch = branchOf(update.name);
  if (branch === undefined || author === undefined) return undefined;
  const typesOf = (name: BranchName) => (model === undefined ? [] : branchTypesOf(model, mainBranch, name));
  const asked = kindsAskedFor(kind, update);
  for (const rule of restrictions) {
    if (!asked.includes(rule.kind)) continue;
    if (!matchesBranch(rule.match, branch, typesOf) || isExemptFrom(rule, author)) continue;
    if (await concerns(rule.kind, update, location)) return rule;
  }
  return undefined;
}

/** The rules of these kinds that apply to a branch, whoever asks. One statement if there are none. */
export async function listMatchingRules(
  ports: ModelPorts,
  repository: Repository,
  branch: BranchName,
  kinds: readonly RestrictionKind[],
): Promise<readonly BranchRestriction[]> {
  const rules = await listRulesByBranch(ports, repository, [branch], kinds);
  return rules.get(branch) ?? [];
}

/** The same for several branches; those without rules are left out. */
export async function listRulesByBranch(
  ports: ModelPorts,
  repository: Repository,
  branches: readonly BranchName[],
  kinds: readonly RestrictionKind[],
): Promise<ReadonlyMap<BranchName, readonly BranchRestriction[]>> {
  const rules = await listRestrictions(ports.database.kysely, repository.uuid, { kinds });
  const needsModel = rules.some(({ match }) => match.kind === "branching_model");
  const model = needsModel ? await getActiveModel(ports, repository) : undefined;
  const typesOf = (name: BranchName) => model?.typesOf(name) ?? [];
  const byBranch = new Map<BranchName, readonly BranchRestriction[]>();
  for (const branch of branches) {
    const matching = rules.filter(({ match }) => matchesBranch(match, branch, typesOf));
    if (matching.length > 0) byBranch.set(branch, matching);
  }
  return byBranch;
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

/**
 * A new branch and a deletion rewrite nothing. If the old commit is missing, the update will be refused as stale
 * anyway.
 */
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

/** Says which rule refuses an update and why, for the report of a push or an answer. */
export function describeRefusal(rule: BranchRestriction): string {
  return `branch restriction ${rule.id}: "${rule.kind}" on ${describeMatch(rule.match)}: ${REASONS[rule.kind]}`;
}
