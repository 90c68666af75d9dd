import { jsonAnswer } from "../../http/answer.ts";
import type { RepositoryRoute } from "../../http/route.ts";
import { createComment } from "../../operations/commit-comments.ts";
import { commitCommentApiUrl, representCommitComment } from "../../representations/commit-comment.ts";
import { CommentBody, parseNewComment } from "./comment-body.ts";

export const createCommentRoute: RepositoryRoute<typeof CommentBody> = {
  subject: "repository",
  method: "POST",
  path: "/2.0/repositories/{workspace}/{repo_slug}/commit/{commit}/comments",
  scopes: ["read:repository:bitbucket"],
  oauthScopes: ["repository"],
  permission: "read",
  body: CommentBody,
  async handle(ports, { caller, repository, params, body, bases }) {
    const wanted = { ...parseNewComment(body), commit: params.commit!, bases };
    const comment = await createComment(ports, caller, repository, wanted);
    return jsonAnswer(201, representCommitComment(comment, repository, bases), {
      location: commitCommentApiUrl(bases, repository, comment),
    });
  },
};
