import type { CommitComment, InlinePlace } from "../model/commit-comment.ts";
import type { Repository } from "../model/repository.ts";
import { representCondensedCommit } from "./commit.ts";
import { representEmbeddedAccount } from "./embedded-account.ts";
import { representInstant } from "./instant.ts";
import { type Bases, commitApiUrl, commitHtmlUrl, repositoryApiUrl } from "./links.ts";
import { representRendered } from "./rendered.ts";
import type { RenderedMessages } from "./rendered-messages.ts";

type Named = Pick<CommitComment, "id" | "commit">;

export type CommentContext = {
  readonly repository: Repository;
  readonly bases: Bases;
  readonly messages: RenderedMessages;
};

export function commitCommentApiUrl(bases: Bases, repository: Repository, { commit, id }: Named): string {
  return `${commitApiUrl(bases, repository, commit)}/comments/${id}`;
}

/** A `commit_comment`: contract, rest.md §2.14. */
export function representCommitComment(
  comment: CommitComment,
  { repository, bases, messages }: CommentContext,
) {
  const { inline, parentId } = comment;
  return {
    type: "commit_comment",
    id: comment.id,
    created_on: representInstant(comment.createdAt),
    updated_on: representInstant(comment.updatedAt),
    content: representRendered(comment.raw, messages),
    user: representEmbeddedAccount(comment.author, bases),
    deleted: comment.isDeleted,
    ...(parentId === undefined ? {} : { parent: representParent(parentId, comment, repository, bases) }),
    ...(inline === undefined ? {} : { inline: representInline(inline) }),
    commit: representCondensedCommit(bases, repository, comment.commit),
    links: {
      ...representLinks(comment, repository, bases),
      ...(inline === undefined ? {} : { code: { href: codeUrl(comment, inline, repository, bases) } }),
    },
  };
}

function representParent(id: number, { commit }: CommitComment, repository: Repository, bases: Bases) {
  return { type: "commit_comment", id, links: representLinks({ id, commit }, repository, bases) };
}

function representLinks(comment: Named, repository: Repository, bases: Bases) {
  return {
    self: { href: commitCommentApiUrl(bases, repository, comment) },
    html: { href: `${commitHtmlUrl(bases, repository, comment.commit)}#comment-${comment.id}` },
  };
}

/** The change that an inline comment stands in. */
function codeUrl({ commit }: Named, { path }: InlinePlace, repository: Repository, bases: Bases): string {
  return `${repositoryApiUrl(bases, repository)}/diff/${commit}?path=${encodeURIComponent(path)}`;
}

function representInline({ path, from, to, startFrom, startTo }: InlinePlace) {
  return {
    path,
    from: from ?? null,
    to: to ?? null,
    ...(startFrom === undefined ? {} : { start_from: startFrom }),
    ...(startTo === undefined ? {} : { start_to: startTo }),
  };
}
