import type { RepositoryAccountRoute } from "../../../../http/routes/subjects/repository.ts";
import { jsonAnswer } from "../../../../http/server/answer.ts";
import { createComment } from "../../../../operations/commits/commit-comments.ts";
import { commitCommentApiUrl, representCommitComment } from "../../../../representations/commit-comment.ts";
import { prepareMessages } from "../../../../representations/markdown/rendered-messages.ts";
import { CommentBody, parseNewComment } from "../../comment-body.ts";

export const createCommitCommentRoute: RepositoryAccountRoute<typeof CommentBody> = {
  subject: "repository",
  method: "POST",
  path: "/2.0/repositories/{workspace}/{repo_slug}/commit/{commit}/comments",
  apiTokenScopes: ["read:repository:bitbucket"],
  oauthScopes: ["repository"],
  permission: "read",
  access: "account",
  body: CommentBody,
  async handle(ports, { by, repository, params, body, baseUrls }) {
    const wanted = { ...parseNewComment(body), commit: params.commit! };
    const comment = await createComment(ports, by, repository, wanted);
    const messages = await prepareMessages([comment.raw], { repositoryUuid: repository.uuid });
    return jsonAnswer(201, representCommitComment(comment, { repository, baseUrls, messages }), {
      location: commitCommentApiUrl(baseUrls, repository, comment),
    });
  },
};
