import { readFilterAndSort } from "../../../../http/routes/collection-query.ts";
import { parsePage, representPage } from "../../../../http/routes/paging.ts";
import type { RepositoryRoute } from "../../../../http/routes/subjects/repository.ts";
import { jsonAnswer } from "../../../../http/server/answer.ts";
import { getCommit } from "../../../../operations/commits/commits.ts";
import { representCommitComment } from "../../../../representations/commit-comment.ts";
import { prepareMessages } from "../../../../representations/markdown/rendered-messages.ts";
import { listComments } from "../../../../storage/sql/commits/commit-comments.ts";

export const listCommitCommentsRoute: RepositoryRoute = {
  subject: "repository",
  method: "GET",
  path: "/2.0/repositories/{workspace}/{repo_slug}/commit/{commit}/comments",
  apiTokenScopes: ["read:repository:bitbucket"],
  oauthScopes: ["repository"],
  readsFilter: true,
  permission: "read",
  async handle(ports, { repository, params, query, baseUrls, url }) {
    const { page, pagelen } = parsePage(query, { pagelenDefault: 10, pagelenMax: 100 });
    const conditions = readFilterAndSort(query);
    const commit = await getCommit(ports, repository, params.commit!);
    const { values, size } = await listComments(ports.database.kysely, {
      repositoryUuid: repository.uuid,
      commit: commit.id,
      page,
      pagelen,
      ...conditions,
    });
    const messages = await prepareMessages(
      values.map(({ raw }) => raw),
      { repositoryUuid: repository.uuid },
    );
    const shown = values.map((comment) =>
      representCommitComment(comment, { repository, baseUrls, messages }),
    );
    return jsonAnswer(200, representPage({ page, pagelen, size, values: shown }, url));
  },
};
