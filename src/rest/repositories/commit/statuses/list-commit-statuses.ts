import { readFilterAndSort } from "../../../../http/routes/collection-query.ts";
import { parsePage, representPage } from "../../../../http/routes/paging.ts";
import type { RepositoryRoute } from "../../../../http/routes/subjects/repository.ts";
import { jsonAnswer } from "../../../../http/server/answer.ts";
import { getCommit } from "../../../../operations/commits/commits.ts";
import { representCommitStatus } from "../../../../representations/commit-status.ts";
import { listCommitStatuses } from "../../../../storage/sql/commits/commit-statuses.ts";

export const listCommitStatusesRoute: RepositoryRoute = {
  subject: "repository",
  method: "GET",
  path: "/2.0/repositories/{workspace}/{repo_slug}/commit/{commit}/statuses",
  apiTokenScopes: ["read:repository:bitbucket"],
  oauthScopes: ["repository"],
  readsFilter: true,
  permission: "read",
  async handle(ports, { repository, params, query, baseUrls, url }) {
    const { page, pagelen } = parsePage(query, { pagelenDefault: 10, pagelenMax: 100 });
    const conditions = readFilterAndSort(query);
    const commit = await getCommit(ports, repository, params.commit!);
    const { values, size } = await listCommitStatuses(ports.database.kysely, {
      repositoryUuids: [repository.uuid],
      commit: commit.id,
      refname: query.get("refname") || undefined,
      page,
      pagelen,
      ...conditions,
    });
    const shown = values.map((status) => representCommitStatus(status, repository, baseUrls));
    return jsonAnswer(200, representPage({ page, pagelen, size, values: shown }, url));
  },
};
