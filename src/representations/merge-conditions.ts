import type { Mergeability, MergeCheck, MergeCheckKind, MergeChecks } from "../model/merge-check.ts";
import type { PullRequest } from "../model/pull-request.ts";
import type { BaseUrls } from "./links.ts";
import { pullRequestApiUrl } from "./pull-request-links.ts";

/** Everything that a merge depends on. */
export type MergeConditions = {
  readonly pullRequest: PullRequest;
  readonly mayMerge: boolean;
  readonly mergeability: Mergeability;
  readonly checks: MergeChecks;
};

type Status = "PASSED" | "FAILED" | "PENDING" | "UNKNOWN";

/** The `values` of `mergeability/checks`: contract, pull-requests.md §13.3. One that is queued has only its state. */
export function representMergeConditions(
  { pullRequest, mayMerge, mergeability, checks }: MergeConditions,
  baseUrls: BaseUrls,
) {
  const state = representState(pullRequest);
  if (pullRequest.isQueued) return [state];
  return [
    state,
    { type: "current_user_permission_check", ...required(mayMerge ? "PASSED" : "FAILED") },
    representMergeability(pullRequest, mergeability, baseUrls),
    ...checks.checks.map((check) => representCheck(check, checks.areEnforced)),
  ];
}

function required(status: Status) {
  return { status, required: true, blocking: status !== "PASSED" };
}

function representState({ state, isDraft, isQueued }: PullRequest) {
  const isOpen = state === "OPEN" && !isDraft && !isQueued;
  return {
    type: "pullrequest_state_check",
    ...required(isOpen ? "PASSED" : "FAILED"),
    state: state === "OPEN" && isDraft ? "DRAFT" : state,
  };
}

const MERGEABILITIES = {
  clean: { status: "PASSED", reason: "clean" },
  conflicts: { status: "FAILED", reason: "conflicts" },
  impossible: { status: "FAILED", reason: "merge_impossible" },
  unknown: { status: "UNKNOWN", reason: undefined },
} as const satisfies Record<Mergeability, { readonly status: Status; readonly reason: string | undefined }>;

function representMergeability(pullRequest: PullRequest, mergeability: Mergeability, baseUrls: BaseUrls) {
  const { status, reason } = MERGEABILITIES[mergeability];
  const details = `${pullRequestApiUrl(pullRequest, baseUrls)}/conflicts`;
  return {
    type: "git_mergeability_check",
    ...required(status),
    ...(reason === undefined ? {} : { reason }),
    ...(mergeability === "conflicts" ? { links: { details: { href: details } } } : {}),
  };
}

/** The names of a check, of the number that it asks for, and of the one that is there. */
const NAMES: Record<MergeCheckKind, { readonly kind: string; readonly found: string }> = {
  approvals: { kind: "minimum_approvals", found: "approval_count" },
  "default-reviewer-approvals": {
    kind: "minimum_default_reviewer_approvals",
    found: "default_reviewer_approval_count",
  },
  "successful-builds": { kind: "minimum_successful_builds", found: "successful_build_count" },
  "failed-builds": { kind: "failed_builds", found: "failed_build_count" },
  "builds-in-progress": { kind: "in_progress_builds", found: "in_progress_build_count" },
  "resolved-tasks": { kind: "resolved_tasks", found: "unresolved_task_count" },
  // The name of this kind is in no document.
  "resolved-comments": { kind: "resolved_comments", found: "unresolved_comment_count" },
  "no-changes-requested": { kind: "no_changes_requested", found: "changes_requested_count" },
  "commits-behind": { kind: "maximum_commits_behind", found: "commits_behind_count" },
};

const STATUSES = { passed: "PASSED", failed: "FAILED", pending: "PENDING" } as const;

function representCheck({ kind, status, limit, found }: MergeCheck, areEnforced: boolean) {
  const names = NAMES[kind];
  return {
    type: "standard_merge_check",
    status: STATUSES[status],
    required: areEnforced,
    blocking: areEnforced && status !== "passed",
    check: { type: "standard_merge_check_definition", kind: names.kind },
    ...(limit === undefined ? {} : { requirement: { [names.kind]: limit } }),
    observed: { [names.found]: found },
  };
}
