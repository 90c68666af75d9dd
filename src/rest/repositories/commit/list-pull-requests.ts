import { parsePage } from "../../../http/routes/paging.ts";
import type { RepositoryRoute } from "../../../http/routes/subjects/repository.ts";
import { listPullRequestsOfCommit } from "../../../operations/pull-requests/list-pull-requests-of-commit.ts";
import { answerPullRequests, PULL_REQUEST_PAGELEN } from "../pullrequests/answer-pull-requests.ts";

/** Always up to date: never the 202 of an index that is being made. */
export const listPullRequestsOfCommitRoute: RepositoryRoute = {
  subject: "repository",
  method: "GET",
  path: "/2.0/repositories/{workspace}/{repo_slug}/commit/{commit}/pullrequests",
  apiTokenScopes: ["read:pullrequest:bitbucket"],
  oauthScopes: ["pullrequest"],
  permission: "read",
  async handle(ports, request) {
    const { repository, params, query, signal, takeSlot } = request;
    const page = parsePage(query, PULL_REQUEST_PAGELEN);
    const options = { ...page, signal, takeSlot };
    const found = await listPullRequestsOfCommit(ports, repository, params.commit!, options);
    return answerPullRequests(ports, request, page, found);
  },
};
