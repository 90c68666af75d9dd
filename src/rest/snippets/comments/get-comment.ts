import type { SnippetRoute } from "../../../http/routes/subjects/snippet.ts";
import { getSnippetComment } from "../../../operations/snippets/snippet-comments.ts";
import { answerComment } from "./answer-comment.ts";

export const getSnippetCommentRoute: SnippetRoute = {
  subject: "snippet",
  method: "GET",
  path: "/2.0/snippets/{workspace}/{encoded_id}/comments/{comment_id}",
  apiTokenScopes: ["read:snippet:bitbucket"],
  oauthScopes: ["snippet"],
  permission: "read",
  async handle(ports, request) {
    return answerComment(
      request,
      await getSnippetComment(ports, request.snippet, request.params.comment_id!),
    );
  },
};
