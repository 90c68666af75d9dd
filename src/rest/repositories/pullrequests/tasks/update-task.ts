import type { PullRequestAccountRoute } from "../../../../http/routes/subjects/pull-request.ts";
import { jsonAnswer } from "../../../../http/server/answer.ts";
import { editTask } from "../../../../operations/pull-requests/tasks.ts";
import { showTask } from "./show-task.ts";
import { parseTaskEdit, TaskEditBody } from "./task-body.ts";

export const updateTaskRoute: PullRequestAccountRoute<typeof TaskEditBody> = {
  subject: "pull-request",
  method: "PUT",
  path: "/2.0/repositories/{workspace}/{repo_slug}/pullrequests/{pull_request_id}/tasks/{task_id}",
  apiTokenScopes: ["read:pullrequest:bitbucket"],
  oauthScopes: ["pullrequest"],
  permission: "read",
  access: "account",
  body: TaskEditBody,
  async handle(ports, { by, pullRequest, params, body, baseUrls }) {
    const task = await editTask(ports, by, pullRequest, params.task_id!, parseTaskEdit(body));
    return jsonAnswer(200, await showTask(task, pullRequest, baseUrls));
  },
};
