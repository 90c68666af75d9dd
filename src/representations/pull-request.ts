import type { ObjectId } from "../model/object-id.ts";
import type {
  PullRequest,
  PullRequestParticipant,
  PullRequestSource,
  WholePullRequest,
} from "../model/pull-request.ts";
import type { RepositoryName, RepositoryReference } from "../model/repository.ts";
import { representCondensedRepository } from "./condensed-repository.ts";
import { representEmbeddedAccount } from "./embedded-account.ts";
import { representInstant } from "./instant.ts";
import { type BaseUrls, commitApiUrl, commitHtmlUrl } from "./links.ts";
import { representRendered } from "./markdown/rendered.ts";
import type { RenderedMessages } from "./markdown/rendered-messages.ts";
import {
  pullRequestApiUrl,
  pullRequestHtmlUrl,
  representPullRequestLinks,
  shortHash,
} from "./pull-request-links.ts";

export type PullRequestContext = {
  readonly baseUrls: BaseUrls;
  /** The titles, descriptions and reasons, of whole ones; the descriptions only in lists. */
  readonly messages: RenderedMessages;
};

/** A `pullrequest` as lists have it: contract, pull-requests.md §2.1. */
export function representPullRequest(pullRequest: PullRequest, { baseUrls, messages }: PullRequestContext) {
  const { author, closedBy, mergeCommit, source, destination } = pullRequest;
  return {
    type: "pullrequest",
    id: pullRequest.id,
    title: pullRequest.title,
    description: pullRequest.description,
    summary: representRendered(pullRequest.description, messages),
    state: pullRequest.state,
    draft: pullRequest.isDraft,
    queued: pullRequest.isQueued,
    author: representEmbeddedAccount(author, baseUrls),
    closed_by: closedBy === undefined ? null : representEmbeddedAccount(closedBy, baseUrls),
    reason: pullRequest.reason,
    merge_commit:
      mergeCommit === undefined ? null : representShortCommit(mergeCommit, destination.repository, baseUrls),
    close_source_branch: pullRequest.closesSourceBranch,
    comment_count: pullRequest.commentCount,
    task_count: pullRequest.taskCount,
    created_on: representInstant(pullRequest.createdAt),
    updated_on: representInstant(pullRequest.updatedAt),
    source: representSource(source, baseUrls),
    destination: representEndpoint({ name: destination.branch }, destination, baseUrls),
    links: representPullRequestLinks(pullRequest, baseUrls),
  };
}

/** The texts to prepare for `representWholePullRequest`. */
export function textsOf({ title, description, reason }: PullRequest): readonly string[] {
  return [title, description, reason];
}

/** The same with what only answers about one have. */
export function representWholePullRequest(
  { pullRequest, participants }: WholePullRequest,
  context: PullRequestContext,
) {
  const { title, description, reason } = pullRequest;
  const { messages } = context;
  return {
    ...representPullRequest(pullRequest, context),
    rendered: {
      title: representRendered(title, messages),
      description: representRendered(description, messages),
      reason: representRendered(reason, messages),
    },
    ...representPeople(participants, context.baseUrls),
  };
}

/** Those who are asked to review, and everyone who takes part. */
export function representPeople(participants: readonly PullRequestParticipant[], baseUrls: BaseUrls) {
  return {
    reviewers: participants
      .filter(({ isReviewer }) => isReviewer)
      .map(({ account }) => representEmbeddedAccount(account, baseUrls)),
    participants: participants.map((participant) => representPullRequestParticipant(participant, baseUrls)),
  };
}

/** A `participant`: contract, pull-requests.md §2.4. */
export function representPullRequestParticipant(
  { account, isReviewer, state, participatedAt }: PullRequestParticipant,
  baseUrls: BaseUrls,
) {
  return {
    type: "participant",
    user: representEmbeddedAccount(account, baseUrls),
    role: isReviewer ? "REVIEWER" : "PARTICIPANT",
    approved: state === "approved",
    state: state ?? null,
    participated_on: participatedAt === undefined ? null : representInstant(participatedAt),
  };
}

/** A `pullrequest` inside another object. */
export function representPullRequestReference(
  pullRequest: Pick<PullRequest, "id" | "title" | "isDraft"> & {
    readonly destination: { readonly repository: RepositoryName };
  },
  baseUrls: BaseUrls,
) {
  const { id, title, isDraft } = pullRequest;
  return {
    type: "pullrequest",
    id,
    title,
    draft: isDraft,
    links: {
      self: { href: pullRequestApiUrl(pullRequest, baseUrls) },
      html: { href: pullRequestHtmlUrl(pullRequest, baseUrls) },
    },
  };
}

function representSource(source: PullRequestSource, baseUrls: BaseUrls) {
  const commit = source.repository === undefined ? undefined : source.commit;
  return representEndpoint({ name: source.branch, links: {} }, { ...source, commit }, baseUrls);
}

type Endpoint = {
  readonly repository: RepositoryReference | undefined;
  readonly commit: ObjectId | undefined;
};

/** One side, with its branch as given: contract, pull-requests.md §2.2. */
export function representEndpoint<Branch>(
  branch: Branch,
  { repository, commit }: Endpoint,
  baseUrls: BaseUrls,
) {
  return {
    branch,
    commit:
      commit === undefined || repository === undefined
        ? null
        : representShortCommit(commit, repository, baseUrls),
    repository: repository === undefined ? null : representCondensedRepository(repository, baseUrls),
  };
}

function representShortCommit(id: ObjectId, repository: RepositoryName, baseUrls: BaseUrls) {
  const hash = shortHash(id) as ObjectId;
  return {
    type: "commit",
    hash,
    links: {
      self: { href: commitApiUrl(baseUrls, repository, hash) },
      html: { href: commitHtmlUrl(baseUrls, repository, hash) },
    },
  };
}
