import type { RepositoryAccountRoute } from "../../../../http/routes/subjects/repository.ts";
import { jsonAnswer } from "../../../../http/server/answer.ts";
import { changeComment } from "../../../../operations/commits/commit-comments.ts";
import { commitCommentApiUrl, representCommitComment } from "../../../../representations/commit-comment.ts";
import { prepareMessages } from "../../../../representations/markdown/rendered-messages.ts";
import { CommentContentBody, requiredText } from "../../comment-body.ts";

/** Changes the text of one's own comment. */
export const updateCommitCommentRoute: RepositoryAccountRoute<typeof CommentContentBody> = {
  subject: "repository",
  method: "PUT",
  path: "/2.0/repositories/{workspace}/{repo_slug}/commit/{commit}/comments/{comment_id}",
  successStatuses: [201],
  apiTokenScopes: ["read:repository:bitbucket"],
  oauthScopes: ["repository"],
  permission: "read",
  access: "account",
  body: CommentContentBody,
  async handle(ports, { by, repository, params, body, baseUrls }) {
    const comment = await changeComment(ports, by, repository, {
      commit: params.commit!,
      commentId: params.comment_id!,
      raw: requiredText(body),
    });
    const messages = await prepareMessages([comment.raw], { repositoryUuid: repository.uuid });
    // 201 with a location, though nothing is created: so the reference has it for commits.
    return jsonAnswer(201, representCommitComment(comment, { repository, baseUrls, messages }), {
      location: commitCommentApiUrl(baseUrls, repository, comment),
    });
  },
};
