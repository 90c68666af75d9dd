import type { Kysely } from "kysely";
import type { BranchRestriction, RestrictionKind } from "../../model/branch-restriction.ts";
import type { CommitStatusState } from "../../model/commit-status.ts";
import type { MergeCheck, MergeCheckKind, MergeChecks } from "../../model/merge-check.ts";
import type { PullRequest, WholePullRequest } from "../../model/pull-request.ts";
import type { Repository } from "../../model/repository.ts";
import { countCommitStatuses } from "../../storage/sql/commits/commit-statuses.ts";
import { countOpenThreads } from "../../storage/sql/pull-requests/comments.ts";
import {
  findReviewersAmong,
  listEffectiveReviewers,
} from "../../storage/sql/pull-requests/default-reviewers.ts";
import type { Schema } from "../../storage/sql/schema.ts";
import { listMatchingRules } from "../branch-rules/branch-rules.ts";

const KINDS = [
  "enforce_merge_checks",
  "require_approvals_to_merge",
  "require_default_reviewer_approvals_to_merge",
  "require_passing_builds_to_merge",
  "require_tasks_to_be_completed",
  "require_all_comments_resolved",
  "require_no_changes_requested",
  "require_commits_behind",
] as const satisfies readonly RestrictionKind[];
type Kind = (typeof KINDS)[number];

/** Counts how many commits of the destination the source does not have, up to `limit`. */
export type CountBehind = (limit: number) => Promise<number>;

/**
 * Looks at everything that the restrictions of the destination ask for: contract, pull-requests.md §13.2. Where several
 * rules ask for the same, the strictest counts.
 */
export async function readMergeChecks(
  db: Kysely<Schema>,
  repository: Repository,
  whole: WholePullRequest,
  countBehind: CountBehind,
): Promise<MergeChecks> {
  const { pullRequest } = whole;
  const ports = { database: { kysely: db } };
  const rules = await listMatchingRules(ports, repository, pullRequest.destination.branch, KINDS);
  const valuesOf = (kind: Kind) => rules.filter((rule) => rule.kind === kind).map(askedNumber);
  const asksFor = (kind: Kind) => valuesOf(kind).length > 0;
  const most = (kind: Kind) => Math.max(...valuesOf(kind));
  const checks: MergeCheck[] = [];
  if (asksFor("require_approvals_to_merge")) {
    const found = await countApprovals(db, whole);
    checks.push(atLeast("approvals", most("require_approvals_to_merge"), found));
  }
  if (asksFor("require_default_reviewer_approvals_to_merge")) {
    const found = await countDefaultReviewers(db, whole);
    const limit = most("require_default_reviewer_approvals_to_merge");
    checks.push(atLeast("default-reviewer-approvals", limit, found));
  }
  if (asksFor("require_passing_builds_to_merge"))
    checks.push(...(await checkBuilds(db, pullRequest, most("require_passing_builds_to_merge"))));
  if (asksFor("require_tasks_to_be_completed"))
    checks.push(none("resolved-tasks", pullRequest.taskCount, "failed"));
  if (asksFor("require_all_comments_resolved"))
    checks.push(none("resolved-comments", await countOpenThreads(db, pullRequest), "failed"));
  if (asksFor("require_no_changes_requested")) {
    const asking = whole.participants.filter(({ state }) => state === "changes_requested");
    checks.push(none("no-changes-requested", asking.length, "failed"));
  }
  if (asksFor("require_commits_behind")) {
    const limit = Math.min(...valuesOf("require_commits_behind"));
    checks.push(atMost("commits-behind", limit, await countBehind(limit + 1)));
  }
  return { areEnforced: asksFor("enforce_merge_checks"), checks };
}

function askedNumber({ value }: BranchRestriction): number {
  return value ?? 0;
}

/** In the order in which they took part. What its author thinks of it does not count: our choice. */
export function approversOf({ pullRequest, participants }: WholePullRequest) {
  return participants
    .filter(({ state, account }) => state === "approved" && account.uuid !== pullRequest.author.uuid)
    .map(({ account }) => account);
}

/**
 * Those of accounts that may review now: of a public repository anybody may approve a pull request, and what a stranger
 * thinks of it, or somebody who has left, holds and permits nothing (our choice).
 */
async function countApprovals(db: Kysely<Schema>, whole: WholePullRequest): Promise<number> {
  const approvers = approversOf(whole).map(({ uuid }) => uuid);
  return (await findReviewersAmong(db, whole.pullRequest.repositoryUuid, approvers)).size;
}

async function countDefaultReviewers(db: Kysely<Schema>, whole: WholePullRequest): Promise<number> {
  const approvers = new Set(approversOf(whole).map(({ uuid }) => uuid));
  const reviewers = await listEffectiveReviewers(db, whole.pullRequest.repositoryUuid);
  return reviewers.filter(({ account }) => approvers.has(account.uuid)).length;
}

/**
 * Those of the source's last commit alone: an older commit's say nothing. One that was stopped has not passed. Whoever owns
 * a fork can report what they like there: a failed build counts, a successful one only if it was reported to the
 * destination. Both are our choice.
 */
async function checkBuilds(
  db: Kysely<Schema>,
  { repositoryUuid, source: { repository, commit } }: PullRequest,
  limit: number,
): Promise<readonly MergeCheck[]> {
  const own = await countCommitStatuses(db, [repositoryUuid], commit);
  const isFork = repository !== undefined && repository.uuid !== repositoryUuid;
  const all = isFork ? await countCommitStatuses(db, [repositoryUuid, repository.uuid], commit) : own;
  const count = (state: CommitStatusState) => all.get(state) ?? 0;
  return [
    atLeast("successful-builds", limit, own.get("SUCCESSFUL") ?? 0),
    none("failed-builds", count("FAILED") + count("STOPPED"), "failed"),
    none("builds-in-progress", count("INPROGRESS"), "pending"),
  ];
}

function atLeast(kind: MergeCheckKind, limit: number, found: number): MergeCheck {
  return { kind, status: found >= limit ? "passed" : "failed", limit, found };
}

function atMost(kind: MergeCheckKind, limit: number, found: number): MergeCheck {
  return { kind, status: found <= limit ? "passed" : "failed", limit, found };
}

function none(kind: MergeCheckKind, found: number, otherwise: "failed" | "pending"): MergeCheck {
  return { kind, status: found === 0 ? "passed" : otherwise, limit: undefined, found };
}
