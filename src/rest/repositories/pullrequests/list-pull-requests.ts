import { readFilterAndSort } from "../../../http/routes/collection-query.ts";
import { parsePage } from "../../../http/routes/paging.ts";
import type { RepositoryRoute } from "../../../http/routes/subjects/repository.ts";
import { listPullRequests } from "../../../storage/sql/pull-requests/pull-requests.ts";
import { answerPullRequests, PULL_REQUEST_PAGELEN } from "./answer-pull-requests.ts";
import { readStates } from "./read-states.ts";

export const listPullRequestsRoute: RepositoryRoute = {
  subject: "repository",
  method: "GET",
  path: "/2.0/repositories/{workspace}/{repo_slug}/pullrequests",
  apiTokenScopes: ["read:pullrequest:bitbucket"],
  oauthScopes: ["pullrequest"],
  readsFilter: true,
  permission: "read",
  isAnswerCached: true,
  async handle(ports, request) {
    const { repository, query } = request;
    const page = parsePage(query, PULL_REQUEST_PAGELEN);
    const conditions = readFilterAndSort(query);
    const found = await listPullRequests(ports.database.kysely, {
      repositoryUuid: repository.uuid,
      states: readStates(query, conditions.filter),
      ...page,
      ...conditions,
    });
    return answerPullRequests(ports, request, page, found);
  },
};
