import { readFilterAndSort } from "../../../../http/routes/collection-query.ts";
import { parsePage, representPage } from "../../../../http/routes/paging.ts";
import type { PullRequestRoute } from "../../../../http/routes/subjects/pull-request.ts";
import { jsonAnswer } from "../../../../http/server/answer.ts";
import { accountOf } from "../../../../model/who-acts.ts";
import { followComments } from "../../../../operations/pull-requests/follow-comments.ts";
import { listComments } from "../../../../storage/sql/pull-requests/comments.ts";
import { showComments } from "./show-comment.ts";

export const listPullRequestCommentsRoute: PullRequestRoute = {
  subject: "pull-request",
  method: "GET",
  path: "/2.0/repositories/{workspace}/{repo_slug}/pullrequests/{pull_request_id}/comments",
  apiTokenScopes: ["read:pullrequest:bitbucket"],
  oauthScopes: ["pullrequest"],
  readsFilter: true,
  permission: "read",
  async handle(ports, { by, caller, pullRequest, query, baseUrls, url, takeSlot }) {
    const { page, pagelen } = parsePage(query, { pagelenDefault: 10, pagelenMax: 100 });
    const conditions = readFilterAndSort(query);
    await followComments(ports, by, pullRequest, takeSlot);
    const { values, size } = await listComments(ports.database.kysely, pullRequest, {
      reader: accountOf(caller)?.uuid,
      page,
      pagelen,
      ...conditions,
    });
    const shown = await showComments(values, pullRequest, baseUrls);
    return jsonAnswer(200, representPage({ page, pagelen, size, values: shown }, url));
  },
};
