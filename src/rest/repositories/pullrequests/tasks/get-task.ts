import type { PullRequestRoute } from "../../../../http/routes/subjects/pull-request.ts";
import { jsonAnswer } from "../../../../http/server/answer.ts";
import { getTask } from "../../../../operations/pull-requests/tasks.ts";
import { showTask } from "./show-task.ts";

export const getTaskRoute: PullRequestRoute = {
  subject: "pull-request",
  method: "GET",
  path: "/2.0/repositories/{workspace}/{repo_slug}/pullrequests/{pull_request_id}/tasks/{task_id}",
  apiTokenScopes: ["read:pullrequest:bitbucket"],
  oauthScopes: ["pullrequest"],
  permission: "read",
  async handle(ports, { by, pullRequest, params, baseUrls }) {
    const task = await getTask(ports, by, pullRequest, params.task_id!);
    return jsonAnswer(200, await showTask(task, pullRequest, baseUrls));
  },
};
