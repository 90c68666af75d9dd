import type { PullRequestAccountRoute } from "../../../../http/routes/subjects/pull-request.ts";
import { jsonAnswer } from "../../../../http/server/answer.ts";
import { createTask } from "../../../../operations/pull-requests/tasks.ts";
import { taskApiUrl } from "../../../../representations/pull-request-task.ts";
import { showTask } from "./show-task.ts";
import { parseNewTask, TaskBody } from "./task-body.ts";

export const createTaskRoute: PullRequestAccountRoute<typeof TaskBody> = {
  subject: "pull-request",
  method: "POST",
  path: "/2.0/repositories/{workspace}/{repo_slug}/pullrequests/{pull_request_id}/tasks",
  apiTokenScopes: ["read:pullrequest:bitbucket"],
  oauthScopes: ["pullrequest"],
  permission: "read",
  access: "account",
  body: TaskBody,
  async handle(ports, { by, pullRequest, body, baseUrls }) {
    const task = await createTask(ports, by, pullRequest, parseNewTask(body));
    return jsonAnswer(201, await showTask(task, pullRequest, baseUrls), {
      location: taskApiUrl(task.id, pullRequest, baseUrls),
    });
  },
};
