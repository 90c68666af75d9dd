import type { PullRequestRoute } from "../../../../http/routes/subjects/pull-request.ts";
import { jsonAnswer } from "../../../../http/server/answer.ts";
import { isMergeDone } from "../../../../operations/merges/merge-tasks.ts";
import { getWholePullRequest } from "../../../../operations/pull-requests/whole-pull-request.ts";
import { pullRequestApiUrl } from "../../../../representations/pull-request-links.ts";
import { showPullRequest } from "../show-pull-request.ts";

export const getMergeTaskRoute: PullRequestRoute = {
  subject: "pull-request",
  method: "GET",
  path: "/2.0/repositories/{workspace}/{repo_slug}/pullrequests/{pull_request_id}/merge/task-status/{task_id}",
  apiTokenScopes: ["read:pullrequest:bitbucket"],
  oauthScopes: ["pullrequest"],
  permission: "read",
  async handle(ports, { pullRequest, params, baseUrls, fields }) {
    const task = params.task_id!;
    const isDone = await isMergeDone(ports, pullRequest, task);
    const self = `${pullRequestApiUrl(pullRequest, baseUrls)}/merge/task-status/${encodeURIComponent(task)}`;
    const links = { self: { href: self } };
    if (!isDone) return jsonAnswer(200, { task_status: "PENDING", links });
    const whole = await getWholePullRequest(ports.database.kysely, pullRequest);
    return jsonAnswer(200, {
      task_status: "SUCCESS",
      links,
      merge_result: await showPullRequest(whole, { baseUrls, fields }),
    });
  },
};
