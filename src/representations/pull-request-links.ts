import type { ObjectId } from "../model/object-id.ts";
import type { PullRequest } from "../model/pull-request.ts";
import { fullName, type RepositoryName } from "../model/repository.ts";
import { type BaseUrls, repositoryApiUrl, repositoryHtmlUrl } from "./links.ts";
import { encodeRefName } from "./ref-links.ts";

/** The digits that answers about pull requests show of a commit: contract, pull-requests.md §2.2. */
const SHORT_HASH_LENGTH = 12;

export function shortHash(id: ObjectId): string {
  return id.slice(0, SHORT_HASH_LENGTH);
}

/** What of a pull request is needed to name it. */
type Named = {
  readonly id: number;
  readonly destination: { readonly repository: RepositoryName };
};

export function pullRequestApiUrl({ id, destination }: Named, baseUrls: BaseUrls): string {
  return `${repositoryApiUrl(baseUrls, destination.repository)}/pullrequests/${id}`;
}

export function pullRequestHtmlUrl({ id, destination }: Named, baseUrls: BaseUrls): string {
  return `${repositoryHtmlUrl(baseUrls, destination.repository)}/pull-requests/${id}`;
}

/** The page on which a pull request from a branch is created. */
export function pullRequestCreateUrl(repository: RepositoryName, branch: string, baseUrls: BaseUrls): string {
  return `${repositoryHtmlUrl(baseUrls, repository)}/pull-requests/new?source=${encodeRefName(branch)}&t=1`;
}

/** The repository's own operations to which those of a pull request lead. */
export type ComparisonOperation = "diff" | "diffstat" | "patch" | "file-conflicts";

/**
 * Where the changes of a pull request are: the source against the destination, of a merged one the merge commit against
 * the destination as it was before. Recorded: contract, pull-requests.md §11. There is nothing to compare with once an
 * open one has lost its destination; then the source stands alone.
 */
export function pullRequestComparisonUrl(
  operation: ComparisonOperation,
  pullRequest: PullRequest,
  baseUrls: BaseUrls,
): string {
  const { id, source, destination, mergeCommit } = pullRequest;
  const repository = fullName(
    mergeCommit === undefined ? (source.repository ?? destination.repository) : destination.repository,
  );
  const commits = [mergeCommit ?? source.commit, destination.commit].flatMap((commit) =>
    commit === undefined ? [] : [shortHash(commit)],
  );
  const base = repositoryApiUrl(baseUrls, destination.repository);
  return `${base}/${operation}/${repository}:${commits.join("%0D")}?from_pullrequest_id=${id}&topic=true`;
}

const OPERATIONS = {
  commits: "commits",
  approve: "approve",
  "request-changes": "request-changes",
  comments: "comments",
  activity: "activity",
  merge: "merge",
  decline: "decline",
  statuses: "statuses",
  mergeability_checks: "mergeability/checks",
} as const;

/** Recorded: contract, pull-requests.md §2.1. */
export function representPullRequestLinks(pullRequest: PullRequest, baseUrls: BaseUrls) {
  const self = pullRequestApiUrl(pullRequest, baseUrls);
  const compare = (operation: ComparisonOperation) => ({
    href: pullRequestComparisonUrl(operation, pullRequest, baseUrls),
  });
  const operations = Object.fromEntries(
    Object.entries(OPERATIONS).map(([name, path]) => [name, { href: `${self}/${path}` }]),
  ) as Record<keyof typeof OPERATIONS, { readonly href: string }>;
  return {
    self: { href: self },
    html: { href: pullRequestHtmlUrl(pullRequest, baseUrls) },
    ...operations,
    diff: compare("diff"),
    diffstat: compare("diffstat"),
  };
}
