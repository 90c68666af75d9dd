import { ACCOUNT_KINDS, type Account } from "./account.ts";
import {
  boolean,
  type Codec,
  date,
  dictionary,
  json,
  list,
  number,
  oneOf,
  optional,
  record,
  text,
  UndecodableError,
  withDefault,
} from "./codec.ts";
import type { InlineLocation } from "./comment.ts";
import type { CommitComment } from "./commit-comment.ts";
import { COMMIT_STATUS_STATES, type CommitStatus } from "./commit-status.ts";
import type { EventOf, ExpiringToken, FieldChanges, OutboxEvent, PushChange } from "./event.ts";
import {
  PULL_REQUEST_STATES,
  type PullRequest,
  type PullRequestDestination,
  type PullRequestParticipant,
  type PullRequestSource,
} from "./pull-request.ts";
import type { CommentAnchor, PullRequestComment, Resolution } from "./pull-request-comment.ts";
import { FORK_POLICIES, type Repository, type RepositoryReference } from "./repository.ts";
import type { Uuid } from "./uuid.ts";
import type { Project, Workspace } from "./workspace.ts";

/**
 * Of what is stored. Within a version fields may be added that can be absent, and kinds: an older server leaves alone what
 * it does not know. Anything else is a new version: it is first read by a release, and written by the next.
 */
const VERSION = 1;

declare const isEncoded: unique symbol;

/** An event as it is stored: made by `encodeEvent` alone. */
export type EncodedEvent = string & { readonly [isEncoded]: true };

const ACCOUNT = record<Account>({
  uuid: text(),
  kind: withDefault(oneOf(...ACCOUNT_KINDS), "user"),
  accountId: text(),
  username: text(),
  displayName: text(),
  nickname: text(),
  isDisabled: boolean,
  createdAt: date,
});

const WORKSPACE = record<Workspace>({
  uuid: text(),
  slug: text(),
  name: text(),
  isPrivate: boolean,
  createdAt: date,
  updatedAt: date,
});

const PROJECT = record<Project>({
  uuid: text(),
  workspaceUuid: text(),
  key: text(),
  name: text(),
  description: text(),
  isPrivate: boolean,
  createdAt: date,
  updatedAt: date,
});

const REPOSITORY = record<Repository>({
  uuid: text(),
  workspace: WORKSPACE,
  project: PROJECT,
  slug: text(),
  name: text(),
  description: text(),
  website: optional(text()),
  language: text(),
  isPrivate: boolean,
  hasIssues: boolean,
  hasWiki: boolean,
  forkPolicy: oneOf(...FORK_POLICIES),
  mainBranch: optional(text()),
  sizeBytes: number,
  refGeneration: number,
  dropNumber: number,
  commitGraph: optional(text()),
  parentUuid: optional(text()),
  createdAt: date,
  updatedAt: date,
});

/** Of a comment, whatever it is on. */
const COMMENT = {
  id: number,
  author: ACCOUNT,
  parentId: optional(number),
  raw: text(),
  inline: optional(
    record<InlineLocation>({
      path: text(),
      from: optional(number),
      to: optional(number),
      startFrom: optional(number),
      startTo: optional(number),
    }),
  ),
  isDeleted: boolean,
  createdAt: date,
  updatedAt: date,
};

const COMMIT_COMMENT = record<CommitComment>({ ...COMMENT, repositoryUuid: text(), commit: text() });

const STATUS = record<CommitStatus>({
  repositoryUuid: text(),
  commit: text(),
  key: text(),
  state: oneOf(...COMMIT_STATUS_STATES),
  name: text(),
  description: text(),
  url: text(),
  refname: optional(text()),
  createdAt: date,
  updatedAt: date,
});

const REPOSITORY_REFERENCE = record<RepositoryReference>({
  uuid: text(),
  slug: text(),
  name: text(),
  workspace: record<RepositoryReference["workspace"]>({ slug: text() }),
});

const PULL_REQUEST = record<PullRequest>({
  repositoryUuid: text(),
  id: number,
  title: text(),
  description: text(),
  state: oneOf(...PULL_REQUEST_STATES),
  isDraft: boolean,
  isQueued: boolean,
  author: ACCOUNT,
  closedBy: optional(ACCOUNT),
  reason: text(),
  mergeCommit: optional(text()),
  closesSourceBranch: boolean,
  commentCount: number,
  taskCount: number,
  source: record<PullRequestSource>({
    repository: optional(REPOSITORY_REFERENCE),
    branch: text(),
    commit: text(),
    hasBranch: boolean,
  }),
  destination: record<PullRequestDestination>({
    repository: REPOSITORY_REFERENCE,
    branch: text(),
    commit: optional(text()),
  }),
  createdAt: date,
  updatedAt: date,
});

const PARTICIPANT = record<PullRequestParticipant>({
  account: ACCOUNT,
  isReviewer: boolean,
  state: optional(oneOf("approved", "changes_requested")),
  participatedAt: optional(date),
});

const PUSH_CHANGE = record<PushChange>({ name: text(), old: optional(text()), new: optional(text()) });
const FIELD_CHANGES: Codec<FieldChanges> = dictionary(record<FieldChanges[string]>({ new: json, old: json }));

const ACTOR = { actorUuid: optional(text<Uuid>()) };
const IN_REPOSITORY = { ...ACTOR, repositoryUuid: text<Uuid>() };
const PULL_REQUEST_COMMENT = record<PullRequestComment>({
  ...COMMENT,
  repositoryUuid: text(),
  pullRequestId: number,
  isPending: boolean,
  anchor: optional(
    record<CommentAnchor>({
      source: text(),
      destination: optional(text()),
      base: optional(text()),
      isOutdated: boolean,
    }),
  ),
  resolution: optional(record<Resolution>({ by: optional(ACCOUNT), at: date })),
});
const OF_PULL_REQUEST = {
  ...IN_REPOSITORY,
  pullRequest: PULL_REQUEST,
  participants: list(PARTICIPANT),
};
const OF_REVIEW = { ...OF_PULL_REQUEST, reviewedAt: date };
const OF_REPOSITORY = { ...ACTOR, repository: REPOSITORY };

type CommentKind = Extract<OutboxEvent["kind"], `pullrequest:comment_${string}`>;

function ofComment<Kind extends CommentKind>(kind: Kind) {
  return record({ kind: oneOf(kind), ...OF_PULL_REQUEST, comment: PULL_REQUEST_COMMENT });
}

/** What is stored of each kind. */
const CODECS: { readonly [Kind in OutboxEvent["kind"]]: Codec<EventOf<Kind>> } = {
  "repo:push": record({ kind: oneOf("repo:push"), ...IN_REPOSITORY, changes: list(PUSH_CHANGE) }),
  "repo:imported": record({ kind: oneOf("repo:imported"), ...IN_REPOSITORY }),
  "repo:fork": record({ kind: oneOf("repo:fork"), ...IN_REPOSITORY, forkUuid: text() }),
  "repo:commit_comment_created": record({
    kind: oneOf("repo:commit_comment_created"),
    ...IN_REPOSITORY,
    comment: COMMIT_COMMENT,
  }),
  "repo:commit_status_created": record({
    kind: oneOf("repo:commit_status_created"),
    ...IN_REPOSITORY,
    status: STATUS,
  }),
  "repo:commit_status_updated": record({
    kind: oneOf("repo:commit_status_updated"),
    ...IN_REPOSITORY,
    status: STATUS,
  }),
  "pullrequest:created": record({ kind: oneOf("pullrequest:created"), ...OF_PULL_REQUEST }),
  "pullrequest:updated": record({ kind: oneOf("pullrequest:updated"), ...OF_PULL_REQUEST }),
  "pullrequest:fulfilled": record({ kind: oneOf("pullrequest:fulfilled"), ...OF_PULL_REQUEST }),
  "pullrequest:rejected": record({ kind: oneOf("pullrequest:rejected"), ...OF_PULL_REQUEST }),
  "pullrequest:approved": record({ kind: oneOf("pullrequest:approved"), ...OF_REVIEW }),
  "pullrequest:unapproved": record({ kind: oneOf("pullrequest:unapproved"), ...OF_REVIEW }),
  "pullrequest:changes_request_created": record({
    kind: oneOf("pullrequest:changes_request_created"),
    ...OF_REVIEW,
  }),
  "pullrequest:changes_request_removed": record({
    kind: oneOf("pullrequest:changes_request_removed"),
    ...OF_REVIEW,
  }),
  "pullrequest:comment_created": ofComment("pullrequest:comment_created"),
  "pullrequest:comment_updated": ofComment("pullrequest:comment_updated"),
  "pullrequest:comment_deleted": ofComment("pullrequest:comment_deleted"),
  "pullrequest:comment_resolved": ofComment("pullrequest:comment_resolved"),
  "pullrequest:comment_reopened": ofComment("pullrequest:comment_reopened"),
  "repo:created": record({ kind: oneOf("repo:created"), ...OF_REPOSITORY }),
  "repo:deleted": record({ kind: oneOf("repo:deleted"), ...OF_REPOSITORY }),
  "repo:updated": record({ kind: oneOf("repo:updated"), ...OF_REPOSITORY, changes: FIELD_CHANGES }),
  "project:updated": record({
    kind: oneOf("project:updated"),
    ...ACTOR,
    workspace: WORKSPACE,
    project: PROJECT,
    hasPublicRepositories: boolean,
    changes: FIELD_CHANGES,
  }),
  "token:expiring": record({
    kind: oneOf("token:expiring"),
    ...ACTOR,
    workspace: WORKSPACE,
    token: record<ExpiringToken>({
      uuid: text(),
      name: text(),
      createdAt: date,
      expiresAt: date,
      lastUsedAt: optional(date),
    }),
    owner: ACCOUNT,
  }),
};

export function encodeEvent(event: OutboxEvent): EncodedEvent {
  const codec = CODECS[event.kind] as Codec<OutboxEvent>;
  return JSON.stringify({ version: VERSION, ...(codec.encode(event) as object) }) as EncodedEvent;
}

export type DecodedEvent =
  | { readonly kind: "event"; readonly event: OutboxEvent }
  /** Written by a version that knows more than this one. */
  | { readonly kind: "unknown"; readonly problem: string };

/**
 * Reads an event that this version or an earlier one has stored.
 *
 * @throws UndecodableError for a damaged one.
 */
export function decodeEvent(stored: EncodedEvent): DecodedEvent {
  // Before events had a version, they were stored as version 1 is.
  const { version = VERSION, kind, ...fields } = parseObject(stored);
  if (version !== VERSION) return unknown(`version ${JSON.stringify(version)}`);
  const codec = Object.hasOwn(CODECS, String(kind)) ? CODECS[kind as OutboxEvent["kind"]] : undefined;
  if (codec === undefined) return unknown(`the kind ${JSON.stringify(kind)}`);
  return { kind: "event", event: codec.decode({ kind, ...fields }) };
}

function unknown(problem: string): DecodedEvent {
  return { kind: "unknown", problem };
}

function parseObject(stored: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(stored);
    if (typeof value === "object" && value !== null) return { ...value };
  } catch {
    // As for all else that is no object.
  }
  throw new UndecodableError("no object");
}
