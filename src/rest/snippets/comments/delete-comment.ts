import type { SnippetAccountRoute } from "../../../http/routes/subjects/snippet.ts";
import { noContentAnswer } from "../../../http/server/answer.ts";
import { deleteSnippetComment } from "../../../operations/snippets/snippet-comments.ts";

export const deleteSnippetCommentRoute: SnippetAccountRoute = {
  subject: "snippet",
  method: "DELETE",
  path: "/2.0/snippets/{workspace}/{encoded_id}/comments/{comment_id}",
  apiTokenScopes: ["write:snippet:bitbucket"],
  oauthScopes: ["snippet"],
  permission: "read",
  access: "account",
  async handle(ports, { by, snippet, params }) {
    await deleteSnippetComment(ports, by, snippet, params.comment_id!);
    return noContentAnswer();
  },
};
