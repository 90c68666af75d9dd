import type { Commit } from "../git/objects/commit.ts";
import type { CommitParticipant } from "../model/commit-comment.ts";
import type { ObjectId } from "../model/object-id.ts";
import type { Repository, RepositoryName } from "../model/repository.ts";
import { PARENTS_MAX, representTruncated } from "./bounded-texts.ts";
import { type AuthorContext, isIdentityCut, representCommitAuthor } from "./commit-author.ts";
import { representCondensedRepository } from "./condensed-repository.ts";
import { jsonTemplate } from "./json-template.ts";
import type { JsonWriter } from "./json-writer.ts";
import { type BaseUrls, commitApiUrl, commitHtmlUrl, repositoryApiUrl } from "./links.ts";
import { representRendered } from "./markdown/rendered.ts";
import type { RenderedMessages } from "./markdown/rendered-messages.ts";
import { representParticipant } from "./participant.ts";

export type CommitContext = AuthorContext & { readonly repository: Repository };

/** For commits with their messages as HTML. */
export type RenderedCommitContext = CommitContext & { readonly messages: RenderedMessages };

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

function representLinks(baseUrls: BaseUrls, repository: Repository, id: ObjectId) {
  const self = commitApiUrl(baseUrls, repository, id);
  const base = repositoryApiUrl(baseUrls, repository);
  return {
    self: { href: self },
    html: { href: commitHtmlUrl(baseUrls, repository, id) },
    diff: { href: `${base}/diff/${id}` },
    approve: { href: `${self}/approve` },
    comments: { href: `${self}/comments` },
    statuses: { href: `${self}/statuses` },
    patch: { href: `${base}/patch/${id}` },
  };
}

/** A `commit` that only identifies it, as among the parents of another. */
export function representCondensedCommit(baseUrls: BaseUrls, repository: RepositoryName, id: ObjectId) {
  return {
    hash: id,
    links: {
      self: { href: commitApiUrl(baseUrls, repository, id) },
      html: { href: commitHtmlUrl(baseUrls, repository, id) },
    },
    type: "commit",
  };
}

/** What differs from commit to commit of a list. */
type CommitParts<Rendered> = {
  readonly id: ObjectId;
  readonly date: string;
  readonly author: ReturnType<typeof representCommitAuthor<"author">>;
  readonly message: string;
  readonly rendered: Rendered;
  readonly parents: ReturnType<typeof representCondensedCommit>[];
};

type CommitLocation = { readonly repository: Repository; readonly baseUrls: BaseUrls };

function assembleCommit<Rendered, Committer, Participants>(
  { id, date, author, message, rendered, parents }: CommitParts<Rendered>,
  { repository, baseUrls }: CommitLocation,
  more: { readonly committer: Committer; readonly participants: Participants },
  truncated: ReturnType<typeof representTruncated> = {},
) {
  return {
    type: "commit",
    hash: id,
    date,
    author,
    ...more.committer,
    message,
    summary: rendered,
    links: representLinks(baseUrls, repository, id),
    parents,
    rendered: { message: rendered },
    repository: representCondensedRepository(repository, baseUrls),
    ...more.participants,
    ...truncated,
  };
}

/** Which parts of a commit were cut. */
function truncatedOf(commit: Commit, withCommitter: boolean) {
  const { author, committer, parents, isMessageCut, areParentsCut } = commit;
  return representTruncated([
    isMessageCut && "message",
    isIdentityCut(author) && "author.raw",
    withCommitter && isIdentityCut(committer) && "committer.raw",
    (areParentsCut || parents.length > PARENTS_MAX) && "parents",
  ]);
}

function partsOf<Rendered>(
  { id, author, message, parents }: Commit,
  context: CommitContext,
  rendered: Rendered,
): CommitParts<Rendered> {
  const { repository, baseUrls } = context;
  return {
    id,
    date: representCommitDate(author.date),
    author: representCommitAuthor("author", author, context),
    message,
    rendered,
    parents: parents
      .slice(0, PARENTS_MAX)
      .map((parent) => representCondensedCommit(baseUrls, repository, parent)),
  };
}

/** A `commit` that a ref points at: recorded without its message as HTML. */
export function representCommitOfRef(commit: Commit, context: CommitContext) {
  const { summary, rendered, ...target } = assembleCommit(
    partsOf(commit, context, undefined),
    context,
    { committer: {}, participants: {} },
    truncatedOf(commit, false),
  );
  return target;
}

/** A `commit` in full: contract, rest.md §2.8. */
export function representCommit(commit: Commit, context: RenderedCommitContext, options: CommitOptions) {
  const { baseUrls } = context;
  const parts = partsOf(commit, context, representRendered(commit.message, context.messages));
  const more = {
    committer: options.withCommitter
      ? { committer: representCommitAuthor("committer", commit.committer, context) }
      : {},
    participants: options.withParticipants
      ? { participants: (options.participants ?? []).map((one) => representParticipant(one, baseUrls)) }
      : {},
  };
  return assembleCommit(parts, context, more, truncatedOf(commit, options.withCommitter));
}

type CommitTemplates = {
  readonly baseUrls: BaseUrls;
  readonly writeParent: ReturnType<typeof openParentTemplate>;
  readonly writeParts: ReturnType<typeof openPartsTemplate>;
};

function openParentTemplate({ repository, baseUrls }: CommitLocation) {
  return jsonTemplate(["id"], [], ({ id }) => representCondensedCommit(baseUrls, repository, id as ObjectId));
}

function openPartsTemplate(location: CommitLocation) {
  return jsonTemplate(["id", "date"], ["author", "message", "rendered", "parents"], (marks) =>
    assembleCommit({ ...marks, id: marks.id as ObjectId }, location, { committer: {}, participants: {} }),
  );
}

/** Of a repository as it was read: its pages share templates for as long as the look-up caches it. */
const templates = new WeakMap<Repository, CommitTemplates>();

function templatesOf({ repository, baseUrls }: CommitLocation): CommitTemplates {
  const found = templates.get(repository);
  if (found?.baseUrls.api === baseUrls.api && found.baseUrls.html === baseUrls.html) return found;
  const location = { repository, baseUrls };
  const made = {
    baseUrls,
    writeParent: openParentTemplate(location),
    writeParts: openPartsTemplate(location),
  };
  templates.set(repository, made);
  return made;
}

/**
 * Writes the commits of a list, without committers and participants: what JSON.stringify makes of `representCommit`, in
 * half the time. Most of each is the same for all, or said twice.
 */
export function openCommitWriter(
  context: RenderedCommitContext,
): (commit: Commit, writer: JsonWriter) => void {
  const { writeParent, writeParts } = templatesOf(context);
  const authors = new Map<string, string>();
  function authorJson(author: Commit["author"]): string {
    let json = authors.get(author.raw);
    if (json === undefined) {
      json = JSON.stringify(representCommitAuthor("author", author, context));
      authors.set(author.raw, json);
    }
    return json;
  }
  function writeParents(parents: readonly ObjectId[], writer: JsonWriter): void {
    writer.write("[");
    for (const [index, id] of parents.entries()) {
      if (index > 0) writer.write(",");
      writeParent({ id }, writer);
    }
    writer.write("]");
  }
  return (commit, writer) => {
    // What is cut has a key more.
    if ("truncated" in truncatedOf(commit, false)) {
      const whole = representCommit(commit, context, { withCommitter: false, withParticipants: false });
      return writer.write(JSON.stringify(whole));
    }
    const { id, author, message, parents } = commit;
    const values = {
      id,
      date: representCommitDate(author.date),
      author: authorJson(author),
      message: JSON.stringify(message),
      rendered: JSON.stringify(representRendered(message, context.messages)),
      parents: () => writeParents(parents, writer),
    };
    writeParts(values, writer);
  };
}
