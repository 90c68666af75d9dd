import { readFilterAndSort } from "../../../http/routes/collection-query.ts";
import { parsePage, representPage } from "../../../http/routes/paging.ts";
import type { PullRequestRoute } from "../../../http/routes/subjects/pull-request.ts";
import { jsonAnswer } from "../../../http/server/answer.ts";
import { representCommitStatus } from "../../../representations/commit-status.ts";
import { listCommitStatuses } from "../../../storage/sql/commits/commit-statuses.ts";

/** The statuses of the source's commit: those that were reported to the destination, and those of a fork. */
export const listPullRequestStatusesRoute: PullRequestRoute = {
  subject: "pull-request",
  method: "GET",
  path: "/2.0/repositories/{workspace}/{repo_slug}/pullrequests/{pull_request_id}/statuses",
  apiTokenScopes: ["read:pullrequest:bitbucket"],
  oauthScopes: ["pullrequest"],
  readsFilter: true,
  permission: "read",
  async handle({ database }, { repository, pullRequest, query, baseUrls, url }) {
    const { commit, repository: source = repository } = pullRequest.source;
    // The default is recorded.
    const { page, pagelen } = parsePage(query, { pagelenDefault: 30, pagelenMax: 100 });
    const { values, size } = await listCommitStatuses(database.kysely, {
      repositoryUuids: [...new Set([repository.uuid, source.uuid])],
      commit,
      page,
      pagelen,
      ...readFilterAndSort(query),
    });
    const shown = values.map((status) => {
      const reportedTo = status.repositoryUuid === source.uuid ? source : repository;
      return representCommitStatus(status, reportedTo, baseUrls);
    });
    return jsonAnswer(200, representPage({ page, pagelen, size, values: shown }, url));
  },
};
