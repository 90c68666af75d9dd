import type { RepositoryAccountRoute } from "../../../../http/routes/subjects/repository.ts";
import { noContentAnswer } from "../../../../http/server/answer.ts";
import { deleteComment } from "../../../../operations/commits/commit-comments.ts";

/** Deletes one's own comment; administrators of the repository delete anybody's (our choice). */
export const deleteCommitCommentRoute: RepositoryAccountRoute = {
  subject: "repository",
  method: "DELETE",
  path: "/2.0/repositories/{workspace}/{repo_slug}/commit/{commit}/comments/{comment_id}",
  apiTokenScopes: ["read:repository:bitbucket"],
  oauthScopes: ["repository"],
  permission: "read",
  access: "account",
  async handle(ports, { by, repository, params }) {
    const selector = { commit: params.commit!, commentId: params.comment_id! };
    await deleteComment(ports, by, repository, selector);
    return noContentAnswer();
  },
};
