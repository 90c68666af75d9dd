import type { Commit } from "../git/objects/commit.ts";
import type { CommitParticipant } from "../model/commit-comment.ts";
import type { ObjectId } from "../model/object-id.ts";
import type { Repository } from "../model/repository.ts";
import { type AuthorContext, representCommitAuthor } from "./commit-author.ts";
import { representCondensedRepository } from "./condensed-repository.ts";
import { type Bases, commitApiUrl, commitHtmlUrl, repositoryApiUrl } from "./links.ts";
import { representParticipant } from "./participant.ts";
import { representRendered } from "./rendered.ts";

export type CommitContext = AuthorContext & { readonly repository: Repository };

export type CommitOptions = {
  /** Only when asked for, by `fields=+committer`. */
  readonly withCommitter: boolean;
  /** Only where a single commit is answered. */
  readonly withParticipants: boolean;
  /** Nobody, if not given. */
  readonly participants?: readonly CommitParticipant[];
};

/** A commit's instant in UTC, in whole seconds: `2025-04-26T09:43:26+00:00`. */
export function representCommitDate(date: Date): string {
  return `${date.toISOString().slice(0, -".000Z".length)}+00:00`;
}

function representLinks(bases: Bases, repository: Repository, id: ObjectId) {
  const self = commitApiUrl(bases, repository, id);
  const base = repositoryApiUrl(bases, repository);
  return {
    self: { href: self },
    html: { href: commitHtmlUrl(bases, repository, id) },
    diff: { href: `${base}/diff/${id}` },
    approve: { href: `${self}/approve` },
    comments: { href: `${self}/comments` },
    statuses: { href: `${self}/statuses` },
    patch: { href: `${base}/patch/${id}` },
  };
}

/** A `commit` where only its place is told, as in the parents of another. */
export function representCondensedCommit(bases: Bases, repository: Repository, id: ObjectId) {
  return {
    hash: id,
    links: {
      self: { href: commitApiUrl(bases, repository, id) },
      html: { href: commitHtmlUrl(bases, repository, id) },
    },
    type: "commit",
  };
}

/** A `commit` in full: contract, rest.md §2.8. */
export function representCommit(commit: Commit, context: CommitContext, options: CommitOptions) {
  const { repository, bases } = context;
  const message = representRendered(commit.message);
  return {
    type: "commit",
    hash: commit.id,
    date: representCommitDate(commit.author.date),
    author: representCommitAuthor("author", commit.author, context),
    ...(options.withCommitter
      ? { committer: representCommitAuthor("committer", commit.committer, context) }
      : {}),
    message: commit.message,
    summary: message,
    links: representLinks(bases, repository, commit.id),
    parents: commit.parents.map((parent) => representCondensedCommit(bases, repository, parent)),
    rendered: { message },
    repository: representCondensedRepository(repository, bases),
    ...(options.withParticipants
      ? { participants: (options.participants ?? []).map((one) => representParticipant(one, bases)) }
      : {}),
  };
}
