import type { Commit } from "../git/objects/commit.ts";
import type { ObjectId } from "../model/object-id.ts";
import type { Snippet } from "../model/snippet.ts";
import { PARENTS_MAX } from "./bounded-texts.ts";
import { representCommitDate } from "./commit.ts";
import { type AuthorContext, representCommitAuthor } from "./commit-author.ts";
import { representRendered } from "./markdown/rendered.ts";
import type { RenderedMessages } from "./markdown/rendered-messages.ts";
import { representCondensedSnippet, snippetApiUrl, snippetHtmlUrl } from "./snippet.ts";

export type SnippetCommitContext = AuthorContext & {
  readonly snippet: Snippet;
  readonly messages: RenderedMessages;
};

/** A `snippet_commit`: contract, rest-of-api.md §1.2. */
export function representSnippetCommit(
  { id, author, committer, message, parents }: Commit,
  context: SnippetCommitContext,
  { withCommitter }: { readonly withCommitter: boolean },
) {
  const { baseUrls, snippet, messages } = context;
  const linksOf = (commit: ObjectId) => ({
    self: { href: `${snippetApiUrl(baseUrls, snippet)}/commits/${commit}` },
    html: { href: `${snippetHtmlUrl(baseUrls, snippet)}/commits/${commit}` },
  });
  return {
    type: "snippet_commit",
    hash: id,
    date: representCommitDate(author.date),
    author: representCommitAuthor("author", author, context),
    ...(withCommitter ? { committer: representCommitAuthor("committer", committer, context) } : {}),
    message,
    summary: representRendered(message, messages),
    parents: parents
      .slice(0, PARENTS_MAX)
      .map((parent) => ({ type: "snippet_commit", hash: parent, links: linksOf(parent) })),
    snippet: representCondensedSnippet(snippet, baseUrls),
    links: { ...linksOf(id), diff: { href: `${snippetApiUrl(baseUrls, snippet)}/${id}/diff` } },
  };
}
