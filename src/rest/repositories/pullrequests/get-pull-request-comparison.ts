import type { PullRequestRequest, PullRequestRoute } from "../../../http/routes/subjects/pull-request.ts";
import type { Answer } from "../../../http/server/answer.ts";
import { restoreBytes } from "../../../model/byte-text.ts";
import {
  type ComparisonOperation,
  pullRequestComparisonUrl,
} from "../../../representations/pull-request-links.ts";

/** Documented: a redirect (302) to the repository's own operation. */
function comparisonRoute(name: string, operation: ComparisonOperation): PullRequestRoute {
  return {
    subject: "pull-request",
    method: "GET",
    path: `/2.0/repositories/{workspace}/{repo_slug}/pullrequests/{pull_request_id}/${name}`,
    successStatuses: [302],
    apiTokenScopes: ["read:pullrequest:bitbucket"],
    oauthScopes: ["pullrequest"],
    readsFilter: true,
    permission: "read",
    handle: async (_ports, request) => redirect(operation, request),
  };
}

export const GET_PULL_REQUEST_COMPARISON_ROUTES: readonly PullRequestRoute[] = [
  comparisonRoute("diff", "diff"),
  comparisonRoute("diffstat", "diffstat"),
  comparisonRoute("patch", "patch"),
  comparisonRoute("conflicts", "file-conflicts"),
];

/** The query goes on: clients ask for lines of context, paths and pages here. */
function redirect(operation: ComparisonOperation, request: PullRequestRequest): Answer {
  const url = new URL(pullRequestComparisonUrl(operation, request.pullRequest, request.baseUrls));
  for (const [name, value] of request.query) {
    if (name === "from_pullrequest_id") continue;
    // Two names of one switch: what the client says counts.
    if (name === "topic" || name === "merge") url.searchParams.delete("topic");
    url.searchParams.append(name, value);
  }
  // Where it leads changes with every push.
  const headers = { location: restoreBytes(url.href), "cache-control": "private, no-store" };
  return { status: 302, headers, body: { kind: "empty" } };
}
