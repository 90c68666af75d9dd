import type { Snippet } from "../model/snippet.ts";
import type { SnippetComment } from "../model/snippet-comment.ts";
import { type CommentContext, representComment } from "./comment.ts";
import type { BaseUrls } from "./links.ts";
import { representCondensedSnippet, snippetApiUrl, snippetHtmlUrl } from "./snippet.ts";

export type SnippetCommentContext = CommentContext & { readonly snippet: Snippet };

export function snippetCommentApiUrl(baseUrls: BaseUrls, snippet: Snippet, id: number): string {
  return `${snippetApiUrl(baseUrls, snippet)}/comments/${id}`;
}

/** A `snippet_comment`: contract, rest-of-api.md §1.2. */
export function representSnippetComment(comment: SnippetComment, context: SnippetCommentContext) {
  const { snippet, baseUrls } = context;
  const { id, parentId } = comment;
  const linksOf = (one: number) => ({
    self: { href: snippetCommentApiUrl(baseUrls, snippet, one) },
    html: { href: `${snippetHtmlUrl(baseUrls, snippet)}#comment-${one}` },
  });
  return {
    type: "snippet_comment",
    ...representComment(comment, context),
    ...(parentId === undefined
      ? {}
      : { parent: { type: "snippet_comment", id: parentId, links: linksOf(parentId) } }),
    snippet: representCondensedSnippet(snippet, baseUrls),
    links: linksOf(id),
  };
}
