import type { RestRequest } from "../../../http/routes/declaration.ts";
import { type Answer, jsonAnswer } from "../../../http/server/answer.ts";
import type { OpenSnippet } from "../../../model/snippet.ts";
import type { SnippetComment } from "../../../model/snippet-comment.ts";
import { prepareMessages } from "../../../representations/markdown/rendered-messages.ts";
import { representSnippetComment } from "../../../representations/snippet-comment.ts";

export async function answerComment(
  { snippet, baseUrls }: Pick<RestRequest, "baseUrls"> & { readonly snippet: OpenSnippet },
  comment: SnippetComment,
  { status = 200, headers = {} }: Partial<Pick<Answer, "status" | "headers">> = {},
): Promise<Answer> {
  const messages = await prepareMessages([comment.raw], { repositoryUuid: snippet.uuid });
  return jsonAnswer(status, representSnippetComment(comment, { snippet, baseUrls, messages }), headers);
}
