import type { InlineLocation } from "../model/comment.ts";
import type { CommitComment } from "../model/commit-comment.ts";
import type { Repository } from "../model/repository.ts";
import { type CommentContext, representComment, representInline } from "./comment.ts";
import { representCondensedCommit } from "./commit.ts";
import { type BaseUrls, commitApiUrl, commitHtmlUrl, repositoryApiUrl } from "./links.ts";

type Named = Pick<CommitComment, "id" | "commit">;

export type CommitCommentContext = CommentContext & { readonly repository: Repository };

export function commitCommentApiUrl(
  baseUrls: BaseUrls,
  repository: Repository,
  { commit, id }: Named,
): string {
  return `${commitApiUrl(baseUrls, repository, commit)}/comments/${id}`;
}

/** A `commit_comment`: contract, rest.md §2.14. */
export function representCommitComment(comment: CommitComment, context: CommitCommentContext) {
  const { repository, baseUrls } = context;
  const { inline, parentId } = comment;
  return {
    type: "commit_comment",
    ...representComment(comment, context),
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
