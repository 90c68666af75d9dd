import { GitError, runGit } from "../git/git-process.ts";
import type { Account } from "../model/account.ts";
import {
  type BranchRestriction,
  describeMatch,
  matchesBranch,
  type RestrictionKind,
} from "../model/branch-restriction.ts";
import type { RefUpdate } from "../model/ref.ts";
import { type BranchName, branchOf } from "../model/ref-name.ts";
import type { Repository } from "../model/repository.ts";
import type { Ports } from "../ports.ts";
import { listRestrictions } from "../storage/sql/branch-restrictions.ts";
import { isInGroups } from "../storage/sql/groups.ts";
import { getActiveModel } from "./branching-models.ts";

/** An operator at the server's own command line is not restricted. */
export type RefAuthor =
  | { readonly kind: "account"; readonly account: Account }
  | { readonly kind: "operator" };

/** By which way a ref changes. A merge asks `restrict_merges` alone; everything else is a push. */
export type ChangeKind = "push" | "merge";

export type GitPlace = {
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

/** Finds the rule that refuses an update, if there is one. */
export type RuleCheck = (update: RefUpdate) => Promise<BranchRestriction | undefined>;

/**
 * Reads the rules of a repository once, for any number of updates. Every rule that matches must allow an update. Whoever
 * administers the repository is not exempt from rules unless listed: our choice, since the reference tells of no other
 * exemption than the lists.
 */
export async function openRuleCheck(
  ports: Pick<Ports, "database">,
  repository: Repository,
  { author, kind }: { readonly author: RefAuthor; readonly kind: ChangeKind },
  place: GitPlace,
): Promise<RuleCheck> {
  if (author.kind === "operator") return async () => undefined;
  const kinds = KINDS_ASKED[kind];
  const rules = await listRestrictions(ports.database.kysely, repository.uuid, { kinds });
  const needsModel = rules.some((rule) => rule.match.kind === "branching_model");
  const model = needsModel ? await getActiveModel(ports, repository) : undefined;
  const typesOf = (branch: BranchName) => model?.typesOf(branch) ?? [];
  const exempt = new Map<number, Promise<boolean>>();
  const isExempt = (rule: BranchRestriction) => {
    const known = exempt.get(rule.id) ?? isExemptFrom(ports, repository, rule, author.account);
    exempt.set(rule.id, known);
    return known;
  };
  return async (update) => {
    const branch = branchOf(update.name);
    if (branch === undefined) return undefined;
    const matching = rules.filter((rule) => matchesBranch(rule.match, branch, typesOf));
    for (const rule of matching) {
      if ((await concerns(rule.kind, update, place)) && !(await isExempt(rule))) return rule;
    }
    return undefined;
  };
}

async function concerns(kind: RestrictionKind, update: RefUpdate, place: GitPlace): Promise<boolean> {
  switch (kind) {
    case "push":
    case "restrict_merges":
      return true;
    case "delete":
      return update.new === undefined;
    case "force":
      return !(await isFastForward(update, place));
    default:
      return false;
  }
}

/** A new branch and a deletion rewrite nothing. An old value that is not there will be refused as stale anyway. */
async function isFastForward({ old, new: next }: RefUpdate, place: GitPlace): Promise<boolean> {
  if (old === undefined || next === undefined || old === next) return true;
  try {
    await runGit(["merge-base", "--is-ancestor", old, next], place);
    return true;
  } catch (error) {
    place.signal.throwIfAborted();
    if (error instanceof GitError && error.status !== undefined) return false;
    throw error;
  }
}

async function isExemptFrom(
  { database }: Pick<Ports, "database">,
  repository: Repository,
  rule: BranchRestriction,
  account: Account,
): Promise<boolean> {
  if (rule.kind !== "push" && rule.kind !== "restrict_merges") return false;
  if (rule.accounts.some((listed) => listed.uuid === account.uuid)) return true;
  const slugs = rule.groups.map((group) => group.slug);
  return isInGroups(database.kysely, repository.workspace.uuid, account.uuid, slugs);
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
