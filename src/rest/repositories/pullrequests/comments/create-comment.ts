import type { PullRequestAccountRoute } from "../../../../http/routes/subjects/pull-request.ts";
import { jsonAnswer } from "../../../../http/server/answer.ts";
import { createComment } from "../../../../operations/pull-requests/comments.ts";
import { pullRequestCommentApiUrl } from "../../../../representations/pull-request-comment.ts";
import { parseNewComment } from "../../comment-body.ts";
import { PullRequestCommentBody } from "./pull-request-comment-body.ts";
import { showComment } from "./show-comment.ts";

export const createPullRequestCommentRoute: PullRequestAccountRoute<typeof PullRequestCommentBody> = {
  subject: "pull-request",
  method: "POST",
  path: "/2.0/repositories/{workspace}/{repo_slug}/pullrequests/{pull_request_id}/comments",
  apiTokenScopes: ["read:pullrequest:bitbucket"],
  oauthScopes: ["pullrequest"],
  permission: "read",
  access: "account",
  body: PullRequestCommentBody,
  async handle(ports, { by, repository, pullRequest, body, baseUrls, takeSlot }) {
    const wanted = { ...parseNewComment(body), isPending: body.pending === true };
    const comment = await createComment(ports, by, { repository, pullRequest }, wanted, takeSlot);
    return jsonAnswer(201, await showComment(comment, pullRequest, baseUrls), {
      location: pullRequestCommentApiUrl(comment.id, pullRequest, baseUrls),
    });
  },
};
