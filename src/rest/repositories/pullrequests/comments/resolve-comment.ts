import type { PullRequestAccountRoute } from "../../../../http/routes/subjects/pull-request.ts";
import { jsonAnswer } from "../../../../http/server/answer.ts";
import { resolveComment } from "../../../../operations/pull-requests/resolve-comment.ts";
import { representResolution } from "../../../../representations/pull-request-comment.ts";

export const resolvePullRequestCommentRoute: PullRequestAccountRoute = {
  subject: "pull-request",
  method: "POST",
  path: "/2.0/repositories/{workspace}/{repo_slug}/pullrequests/{pull_request_id}/comments/{comment_id}/resolve",
  successStatuses: [200],
  apiTokenScopes: ["read:pullrequest:bitbucket"],
  oauthScopes: ["pullrequest"],
  permission: "read",
  access: "account",
  async handle(ports, { by, repository, pullRequest, params, baseUrls }) {
    const place = { repository, pullRequest };
    const resolution = await resolveComment(ports, by, place, params.comment_id!);
    return jsonAnswer(200, representResolution(resolution, baseUrls));
  },
};
