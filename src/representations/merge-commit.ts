import type { Commit } from "../git/objects/commit.ts";
import type { Repository } from "../model/repository.ts";
import { representCommitDate, representCondensedCommit } from "./commit.ts";
import { type AuthorContext, representCommitAuthor } from "./commit-author.ts";
import { representRendered } from "./markdown/rendered.ts";
import type { RenderedMessages } from "./markdown/rendered-messages.ts";

/** The `merge_commit` in the answer of a merge, which has more in it than any other: contract, pull-requests.md §2.3. */
export function representMergeCommit(
  commit: Commit,
  context: AuthorContext & { readonly repository: Repository; readonly messages: RenderedMessages },
) {
  return {
    ...representCondensedCommit(context.baseUrls, context.repository, commit.id),
    author: representCommitAuthor("author", commit.author, context),
    date: representCommitDate(commit.author.date),
    message: commit.message,
    summary: representRendered(commit.message, context.messages),
  };
}
