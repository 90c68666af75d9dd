import type { PullRequestAccountRoute } from "../../../../http/routes/subjects/pull-request.ts";
import { noContentAnswer } from "../../../../http/server/answer.ts";
import { deleteTask } from "../../../../operations/pull-requests/tasks.ts";

/** Its creator may, and whoever may write. */
export const deleteTaskRoute: PullRequestAccountRoute = {
  subject: "pull-request",
  method: "DELETE",
  path: "/2.0/repositories/{workspace}/{repo_slug}/pullrequests/{pull_request_id}/tasks/{task_id}",
  apiTokenScopes: ["read:pullrequest:bitbucket"],
  oauthScopes: ["pullrequest"],
  permission: "read",
  access: "account",
  async handle(ports, { by, pullRequest, params }) {
    await deleteTask(ports, by, pullRequest, params.task_id!);
    return noContentAnswer();
  },
};
