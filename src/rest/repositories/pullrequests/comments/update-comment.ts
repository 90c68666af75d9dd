import type { PullRequestAccountRoute } from "../../../../http/routes/subjects/pull-request.ts";
import { jsonAnswer } from "../../../../http/server/answer.ts";
import { editComment } from "../../../../operations/pull-requests/comments.ts";
import { PullRequestCommentEditBody, parseCommentEdit } from "./pull-request-comment-body.ts";
import { showComment } from "./show-comment.ts";

/** Changes the text of one's own comment, or publishes it. */
export const updatePullRequestCommentRoute: PullRequestAccountRoute<typeof PullRequestCommentEditBody> = {
  subject: "pull-request",
  method: "PUT",
  path: "/2.0/repositories/{workspace}/{repo_slug}/pullrequests/{pull_request_id}/comments/{comment_id}",
  apiTokenScopes: ["read:pullrequest:bitbucket"],
  oauthScopes: ["pullrequest"],
  permission: "read",
  access: "account",
  body: PullRequestCommentEditBody,
  async handle(ports, { by, repository, pullRequest, params, body, baseUrls }) {
    const edit = parseCommentEdit(body);
    const comment = await editComment(ports, by, { repository, pullRequest }, params.comment_id!, edit);
    return jsonAnswer(200, await showComment(comment, pullRequest, baseUrls));
  },
};
