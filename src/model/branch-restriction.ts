import type { Account } from "./account.ts";
import type { Group } from "./group.ts";
import type { BranchName } from "./ref-name.ts";
import type { Uuid } from "./uuid.ts";

/** Everything that a rule can be about. The first four are asked when a ref changes, the others when a merge is asked for. */
export const RESTRICTION_KINDS = [
  "push",
  "delete",
  "force",
  "restrict_merges",
  "require_tasks_to_be_completed",
  "require_approvals_to_merge",
  "require_review_group_approvals_to_merge",
  "require_default_reviewer_approvals_to_merge",
  "require_no_changes_requested",
  "require_passing_builds_to_merge",
  "require_commits_behind",
  "reset_pullrequest_approvals_on_change",
  "smart_reset_pullrequest_approvals",
  "reset_pullrequest_changes_requested_on_change",
  "require_all_dependencies_merged",
  "enforce_merge_checks",
  "allow_auto_merge_when_builds_pass",
  "require_all_comments_resolved",
] as const;
export type RestrictionKind = (typeof RESTRICTION_KINDS)[number];

/** The kinds that have a list of those to whom they do not apply. */
export const KINDS_WITH_EXEMPTIONS = [
  "push",
  "restrict_merges",
] as const satisfies readonly RestrictionKind[];

/** The kinds that count something. */
export const KINDS_WITH_VALUE = [
  "require_approvals_to_merge",
  "require_review_group_approvals_to_merge",
  "require_default_reviewer_approvals_to_merge",
  "require_passing_builds_to_merge",
  "require_commits_behind",
] as const satisfies readonly RestrictionKind[];

/** What the branching model calls a branch. */
export const BRANCH_TYPES = ["feature", "bugfix", "release", "hotfix", "development", "production"] as const;
export type BranchType = (typeof BRANCH_TYPES)[number];

export type BranchMatch =
  | { readonly kind: "glob"; readonly pattern: string }
  | { readonly kind: "branching_model"; readonly branchType: BranchType };

export type BranchRestriction = {
  /** Unique in the whole installation. */
  readonly id: number;
  readonly repositoryUuid: Uuid;
  readonly kind: RestrictionKind;
  readonly match: BranchMatch;
  readonly value: number | undefined;
  /** To whom a rule of a kind with exemptions does not apply. With neither accounts nor groups it applies to everybody. */
  readonly accounts: readonly Account[];
  readonly groups: readonly Group[];
};

/** A ref name has at most 1024 bytes; a pattern beyond that matches nothing. */
export const PATTERN_LENGTH_MAX = 1024;

/**
 * Whether a pattern matches a branch as a whole: `*` stands for any characters or none, slashes too; every other character
 * for itself. Takes time in proportion to the product of both lengths, whatever the pattern.
 *
 * Source: the reference, POST branch-restrictions.
 */
export function matchesGlob(pattern: string, branch: string): boolean {
  let [at, star, resumeAt] = [0, -1, 0];
  for (let index = 0; index < branch.length; ) {
    if (pattern[at] === "*") {
      star = at;
      at += 1;
      resumeAt = index;
    } else if (pattern[at] === branch[index]) {
      at += 1;
      index += 1;
    } else if (star !== -1) {
      // Only the last star needs to take one character more: what an earlier one could take, it can take too.
      at = star + 1;
      resumeAt += 1;
      index = resumeAt;
    } else {
      return false;
    }
  }
  return /^\**$/.test(pattern.slice(at));
}

/** @param typesOf what the branching model calls a branch; it may be of several types, such as development and production. */
export function matchesBranch(
  match: BranchMatch,
  branch: BranchName,
  typesOf: (branch: BranchName) => readonly BranchType[],
): boolean {
  return match.kind === "glob"
    ? matchesGlob(match.pattern, branch)
    : typesOf(branch).includes(match.branchType);
}

/** What a rule is set on, for people: `release/*`, or `feature branches`. */
export function describeMatch(match: BranchMatch): string {
  return match.kind === "glob" ? match.pattern : `${match.branchType} branches`;
}
