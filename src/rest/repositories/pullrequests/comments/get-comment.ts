import type { PullRequestRoute } from "../../../../http/routes/subjects/pull-request.ts";
import { jsonAnswer } from "../../../../http/server/answer.ts";
import { getComment } from "../../../../operations/pull-requests/comments.ts";
import { followComments } from "../../../../operations/pull-requests/follow-comments.ts";
import { showComment } from "./show-comment.ts";

export const getPullRequestCommentRoute: PullRequestRoute = {
  subject: "pull-request",
  method: "GET",
  path: "/2.0/repositories/{workspace}/{repo_slug}/pullrequests/{pull_request_id}/comments/{comment_id}",
  apiTokenScopes: ["read:pullrequest:bitbucket"],
  oauthScopes: ["pullrequest"],
  permission: "read",
  async handle(ports, { by, pullRequest, params, baseUrls, takeSlot }) {
    await followComments(ports, by, pullRequest, takeSlot);
    const comment = await getComment(ports, by, pullRequest, params.comment_id!);
    return jsonAnswer(200, await showComment(comment, pullRequest, baseUrls));
  },
};
