import { readFilterAndSort } from "../../../../http/routes/collection-query.ts";
import { parsePage, representPage } from "../../../../http/routes/paging.ts";
import type { PullRequestRoute } from "../../../../http/routes/subjects/pull-request.ts";
import { jsonAnswer } from "../../../../http/server/answer.ts";
import { accountOf } from "../../../../model/who-acts.ts";
import { listTasks } from "../../../../storage/sql/pull-requests/tasks.ts";
import { showTasks } from "./show-task.ts";

export const listTasksRoute: PullRequestRoute = {
  subject: "pull-request",
  method: "GET",
  path: "/2.0/repositories/{workspace}/{repo_slug}/pullrequests/{pull_request_id}/tasks",
  apiTokenScopes: ["read:pullrequest:bitbucket"],
  oauthScopes: ["pullrequest"],
  readsFilter: true,
  permission: "read",
  async handle({ database }, { caller, pullRequest, query, baseUrls, url }) {
    const { page, pagelen } = parsePage(query, { pagelenDefault: 10, pagelenMax: 100 });
    const { values, size } = await listTasks(database.kysely, pullRequest, {
      reader: accountOf(caller)?.uuid,
      page,
      pagelen,
      ...readFilterAndSort(query),
    });
    const shown = await showTasks(values, pullRequest, baseUrls);
    return jsonAnswer(200, representPage({ page, pagelen, size, values: shown }, url));
  },
};
