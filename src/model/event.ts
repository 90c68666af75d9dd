import type { Account } from "./account.ts";
import type { CommitComment } from "./commit-comment.ts";
import type { CommitStatus } from "./commit-status.ts";
import type { ObjectId } from "./object-id.ts";
import type { WholePullRequest } from "./pull-request.ts";
import type { PullRequestComment } from "./pull-request-comment.ts";
import type { RefName } from "./ref-name.ts";
import type { Repository } from "./repository.ts";
import type { Token } from "./token.ts";
import type { Uuid } from "./uuid.ts";
import type { Project, Workspace } from "./workspace.ts";

/** One ref that a push has moved. Undefined: it did not exist before, or does not after. */
export type PushChange = {
  readonly name: RefName;
  readonly old: ObjectId | undefined;
  readonly new: ObjectId | undefined;
};

declare const areForAnybody: unique symbol;

/** Base URLs for links that somebody else than the caller will read: made by `publicBaseUrlsOf` alone. */
export type PublicBaseUrls = { readonly api: string; readonly html: string; readonly [areForAnybody]: true };

/** What was changed, by its name on the wire, in the shapes of the wire. */
export type FieldChanges = Readonly<Record<string, { readonly new: unknown; readonly old: unknown }>>;

type ByActor = {
  /** Undefined for somebody without an account: the operator. */
  readonly actorUuid: Uuid | undefined;
};

/** Something that happened in a repository. The repository is looked up at the time of delivery, and shown as it is then. */
type InRepository<Kind extends string, Details = unknown> = ByActor & {
  readonly kind: Kind;
  readonly repositoryUuid: Uuid;
} & Details;

/** Something that happened to a pull request, which is stored as it was then. `repositoryUuid` is its destination. */
type OfPullRequest<Kind extends string, Details = unknown> = InRepository<Kind, WholePullRequest & Details>;

/** When a review was given or taken back. The reviewer is the actor. */
type Reviewed = { readonly reviewedAt: Date };

/** Something that happened to a repository, which is stored with the event: by the time of delivery it may have changed, or be gone. */
type OfRepository<Kind extends string, Details = unknown> = ByActor & {
  readonly kind: Kind;
  readonly repository: Repository;
} & Details;

/**
 * What happened: stored in the transaction of the change, turned into a payload when it is delivered. What it names by id is
 * looked up then; what may have changed by then is in it.
 */
export type OutboxEvent =
  | InRepository<"repo:push", { readonly changes: readonly PushChange[] }>
  | InRepository<"repo:imported">
  | InRepository<"repo:fork", { readonly forkUuid: Uuid }>
  | InRepository<"repo:commit_comment_created", { readonly comment: CommitComment }>
  | InRepository<"repo:commit_status_created", { readonly status: CommitStatus }>
  | InRepository<"repo:commit_status_updated", { readonly status: CommitStatus }>
  | OfPullRequest<"pullrequest:created">
  | OfPullRequest<"pullrequest:updated">
  | OfPullRequest<"pullrequest:fulfilled">
  | OfPullRequest<"pullrequest:rejected">
  | OfPullRequest<"pullrequest:approved", Reviewed>
  | OfPullRequest<"pullrequest:unapproved", Reviewed>
  | OfPullRequest<"pullrequest:changes_request_created", Reviewed>
  | OfPullRequest<"pullrequest:changes_request_removed", Reviewed>
  | OfPullRequest<"pullrequest:comment_created", { readonly comment: PullRequestComment }>
  | OfPullRequest<"pullrequest:comment_updated", { readonly comment: PullRequestComment }>
  | OfPullRequest<"pullrequest:comment_deleted", { readonly comment: PullRequestComment }>
  | OfPullRequest<"pullrequest:comment_resolved", { readonly comment: PullRequestComment }>
  | OfPullRequest<"pullrequest:comment_reopened", { readonly comment: PullRequestComment }>
  | OfRepository<"repo:created">
  | OfRepository<"repo:deleted">
  | OfRepository<"repo:updated", { readonly changes: FieldChanges }>
  | (ByActor & {
      readonly kind: "project:updated";
      readonly workspace: Workspace;
      readonly project: Project;
      readonly hasPublicRepositories: boolean;
      readonly changes: FieldChanges;
    })
  | (ByActor & {
      readonly kind: "token:expiring";
      readonly workspace: Workspace;
      readonly token: ExpiringToken;
      /** Whose token it is. */
      readonly owner: Account;
    });

/** What is told of a token that ends soon. */
export type ExpiringToken = Pick<Token, "uuid" | "name" | "createdAt" | "expiresAt" | "lastUsedAt">;

/** The event of one kind. */
export type EventOf<Kind extends OutboxEvent["kind"]> = Extract<OutboxEvent, { readonly kind: Kind }>;
