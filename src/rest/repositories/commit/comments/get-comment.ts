import type { RepositoryRoute } from "../../../../http/routes/subjects/repository.ts";
import { jsonAnswer } from "../../../../http/server/answer.ts";
import { getComment } from "../../../../operations/commits/commit-comments.ts";
import { representCommitComment } from "../../../../representations/commit-comment.ts";
import { prepareMessages } from "../../../../representations/markdown/rendered-messages.ts";

export const getCommitCommentRoute: RepositoryRoute = {
  subject: "repository",
  method: "GET",
  path: "/2.0/repositories/{workspace}/{repo_slug}/commit/{commit}/comments/{comment_id}",
  apiTokenScopes: ["read:repository:bitbucket"],
  oauthScopes: ["repository"],
  permission: "read",
  async handle(ports, { repository, params, baseUrls }) {
    const selector = { commit: params.commit!, commentId: params.comment_id! };
    const comment = await getComment(ports, repository, selector);
    const messages = await prepareMessages([comment.raw], { repositoryUuid: repository.uuid });
    return jsonAnswer(200, representCommitComment(comment, { repository, baseUrls, messages }));
  },
};
