import type { CommitComment, InlineLocation } from "../model/commit-comment.ts";
import type { Repository } from "../model/repository.ts";
import { representCondensedCommit } from "./commit.ts";
import { representEmbeddedAccount } from "./embedded-account.ts";
import { representInstant } from "./instant.ts";
import { type BaseUrls, commitApiUrl, commitHtmlUrl, repositoryApiUrl } from "./links.ts";
import { representRendered } from "./markdown/rendered.ts";
import type { RenderedMessages } from "./markdown/rendered-messages.ts";

type Named = Pick<CommitComment, "id" | "commit">;

export type CommentContext = {
  readonly repository: Repository;
  readonly baseUrls: BaseUrls;
  readonly messages: RenderedMessages;
};

export function commitCommentApiUrl(
  baseUrls: BaseUrls,
  repository: Repository,
  { commit, id }: Named,
): string {
  return `${commitApiUrl(baseUrls, repository, commit)}/comments/${id}`;
}

/** A `commit_comment`: contract, rest.md §2.14. */
export function representCommitComment(
  comment: CommitComment,
  { repository, baseUrls, messages }: CommentContext,
) {
  const { inline, parentId } = comment;
  return {
    type: "commit_comment",
    id: comment.id,
    created_on: representInstant(comment.createdAt),
    updated_on: representInstant(comment.updatedAt),
    content: representRendered(comment.raw, messages),
    user: representEmbeddedAccount(comment.author, baseUrls),
    deleted: comment.isDeleted,
    ...(parentId === undefined ? {} : { parent: representParent(parentId, comment, repository, baseUrls) }),
    ...(inline === undefined ? {} : { inline: representInline(inline) }),
    commit: representCondensedCommit(baseUrls, repository, comment.commit),
    links: {
      ...representLinks(comment, repository, baseUrls),
      ...(inline === undefined ? {} : { code: { href: codeUrl(comment, inline, repository, baseUrls) } }),
    },
  };
}

function representParent(id: number, { commit }: CommitComment, repository: Repository, baseUrls: BaseUrls) {
  return { type: "commit_comment", id, links: representLinks({ id, commit }, repository, baseUrls) };
}

function representLinks(comment: Named, repository: Repository, baseUrls: BaseUrls) {
  return {
    self: { href: commitCommentApiUrl(baseUrls, repository, comment) },
    html: { href: `${commitHtmlUrl(baseUrls, repository, comment.commit)}#comment-${comment.id}` },
  };
}

/** The change that an inline comment stands in. */
function codeUrl(
  { commit }: Named,
  { path }: InlineLocation,
  repository: Repository,
  baseUrls: BaseUrls,
): string {
  return `${repositoryApiUrl(baseUrls, repository)}/diff/${commit}?path=${encodeURIComponent(path)}`;
}

function representInline({ path, from, to, startFrom, startTo }: InlineLocation) {
  return {
    path,
    from: from ?? null,
    to: to ?? null,
    ...(startFrom === undefined ? {} : { start_from: startFrom }),
    ...(startTo === undefined ? {} : { start_to: startTo }),
  };
}
