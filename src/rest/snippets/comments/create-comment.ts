import type { SnippetAccountRoute } from "../../../http/routes/subjects/snippet.ts";
import { invalidField } from "../../../model/failure.ts";
import { createSnippetComment } from "../../../operations/snippets/snippet-comments.ts";
import { snippetCommentApiUrl } from "../../../representations/snippet-comment.ts";
import { CommentBody, parseNewComment } from "../../repositories/comment-body.ts";
import { answerComment } from "./answer-comment.ts";

export const createSnippetCommentRoute: SnippetAccountRoute<typeof CommentBody> = {
  subject: "snippet",
  method: "POST",
  path: "/2.0/snippets/{workspace}/{encoded_id}/comments",
  apiTokenScopes: ["read:snippet:bitbucket", "write:snippet:bitbucket"],
  oauthScopes: ["snippet"],
  permission: "read",
  access: "account",
  body: CommentBody,
  async handle(ports, request) {
    const { by, snippet, baseUrls, body } = request;
    const wanted = parseNewComment(body);
    if (wanted.inline !== undefined) throw invalidField("inline", "a comment on a snippet is on no line");
    const comment = await createSnippetComment(ports, by, snippet, wanted);
    const location = snippetCommentApiUrl(baseUrls, snippet, comment.id);
    return answerComment(request, comment, { status: 201, headers: { location } });
  },
};
