import { parsePage } from "../../../http/routes/paging.ts";
import type { PullRequestRoute } from "../../../http/routes/subjects/pull-request.ts";
import { Failure } from "../../../model/failure.ts";
import type { PullRequest } from "../../../model/pull-request.ts";
import { type CommitWalk, getWalk } from "../../../operations/commits/commits.ts";
import { pullRequestWalk } from "../../../operations/pull-requests/pull-request-walk.ts";
import { pullRequestApiUrl } from "../../../representations/pull-request-links.ts";
import { answerCommits } from "../commits/answer-commits.ts";

/** Newest first, as recorded; the default and the envelope are recorded too. */
export const listPullRequestCommitsRoute: PullRequestRoute = {
  subject: "pull-request",
  method: "GET",
  path: "/2.0/repositories/{workspace}/{repo_slug}/pullrequests/{pull_request_id}/commits",
  apiTokenScopes: ["read:pullrequest:bitbucket"],
  oauthScopes: ["pullrequest"],
  permission: "read",
  async handle(ports, request) {
    const { pullRequest, repository, query, baseUrls } = request;
    const page = parsePage(query, { pagelenDefault: 10, pagelenMax: 100 });
    const key = query.get("ctx");
    const walk = key === null ? walkOf(pullRequest) : await getWalk(ports, repository, key);
    const listUrl = `${pullRequestApiUrl(pullRequest, baseUrls)}/commits`;
    return answerCommits(ports, request, walk, page, listUrl);
  },
};

/** Documented: 404 once the fork of an open one is gone. */
function walkOf(pullRequest: PullRequest): CommitWalk {
  if (pullRequest.state === "OPEN" && pullRequest.source.repository === undefined)
    throw new Failure("not-found", "The source repository of this pull request no longer exists");
  return pullRequestWalk(pullRequest);
}
