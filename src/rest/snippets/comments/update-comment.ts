import type { SnippetAccountRoute } from "../../../http/routes/subjects/snippet.ts";
import { changeSnippetComment } from "../../../operations/snippets/snippet-comments.ts";
import { CommentContentBody, requiredText } from "../../repositories/comment-body.ts";
import { answerComment } from "./answer-comment.ts";

/** Changes the text of one's own comment. */
export const updateSnippetCommentRoute: SnippetAccountRoute<typeof CommentContentBody> = {
  subject: "snippet",
  method: "PUT",
  path: "/2.0/snippets/{workspace}/{encoded_id}/comments/{comment_id}",
  apiTokenScopes: ["read:snippet:bitbucket", "write:snippet:bitbucket"],
  oauthScopes: ["snippet"],
  permission: "read",
  access: "account",
  body: CommentContentBody,
  async handle(ports, request) {
    const { by, snippet, params, body } = request;
    const raw = requiredText(body);
    return answerComment(request, await changeSnippetComment(ports, by, snippet, params.comment_id!, raw));
  },
};
