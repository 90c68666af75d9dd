import type { Account } from "./account.ts";
import type { ObjectId } from "./object-id.ts";
import type { BranchName } from "./ref-name.ts";
import type { RepositoryReference } from "./repository.ts";
import type { Uuid } from "./uuid.ts";

/** SUPERSEDED is known to clients and given to no pull request: contract, pull-requests.md §6. */
export const PULL_REQUEST_STATES = ["OPEN", "MERGED", "DECLINED", "SUPERSEDED"] as const;
export type PullRequestState = (typeof PULL_REQUEST_STATES)[number];

export type PullRequestKey = {
  /** The destination. */
  readonly repositoryUuid: Uuid;
  /** Counts from 1 in each repository. */
  readonly id: number;
};

/** For maps by key. */
export function pullRequestKeyText({ repositoryUuid, id }: PullRequestKey): string {
  return `${repositoryUuid} ${id}`;
}

/** What a column of four bytes holds. */
const ID_MAX = 2 ** 31 - 1;

/** Reads the number of a pull request. */
export function parsePullRequestId(text: string): number | undefined {
  const id = /^[1-9]\d{0,9}$/.test(text) ? Number(text) : undefined;
  return id === undefined || id > ID_MAX ? undefined : id;
}

export type PullRequest = PullRequestKey & {
  readonly title: string;
  /** Markdown, empty if there is none. */
  readonly description: string;
  readonly state: PullRequestState;
  readonly isDraft: boolean;
  /** Whether a merge of it is under way. */
  readonly isQueued: boolean;
  readonly author: Account;
  /** Undefined while it is open, and if the operator closed it. */
  readonly closedBy: Account | undefined;
  /** Why it was declined, empty if nobody has said. */
  readonly reason: string;
  readonly mergeCommit: ObjectId | undefined;
  readonly closesSourceBranch: boolean;
  /** Comments that are neither deleted nor pending. */
  readonly commentCount: number;
  /** Unresolved tasks. */
  readonly taskCount: number;
  readonly source: PullRequestSource;
  readonly destination: PullRequestDestination;
  readonly createdAt: Date;
  readonly updatedAt: Date;
};

export type PullRequestSource = {
  /** Undefined once the fork is deleted. */
  readonly repository: RepositoryReference | undefined;
  readonly branch: BranchName;
  /** The last commit that the branch was seen at, or the one at which the pull request was closed. */
  readonly commit: ObjectId;
  /** Whether the branch is there now. */
  readonly hasBranch: boolean;
};

export type PullRequestDestination = {
  readonly repository: RepositoryReference;
  readonly branch: BranchName;
  /** Of an open one the tip of the branch, undefined if that is gone; of a closed one the tip before it was closed. */
  readonly commit: ObjectId | undefined;
};

export type ReviewState = "approved" | "changes_requested";

export type PullRequestParticipant = {
  readonly account: Account;
  readonly isReviewer: boolean;
  readonly state: ReviewState | undefined;
  /** Of the approval or of the last comment. Undefined for a reviewer who has done nothing yet. */
  readonly participatedAt: Date | undefined;
};

/** A pull request with those who take part, as webhooks and single answers show it. */
export type WholePullRequest = {
  readonly pullRequest: PullRequest;
  readonly participants: readonly PullRequestParticipant[];
};

/** What an update changed, by field, in the shapes of the wire: contract, pull-requests.md §10. */
export type PullRequestChanges = {
  readonly title?: Change<string>;
  readonly description?: Change<string>;
  readonly status?: Change<"open" | "fulfilled" | "rejected">;
  readonly draft?: Change<boolean>;
  readonly destination?: Change<string>;
  /** UUIDs of accounts. */
  readonly reviewers?: { readonly added: readonly Uuid[]; readonly removed: readonly Uuid[] };
};

type Change<Value> = { readonly old: Value; readonly new: Value };

/** What a pull request was like after an update. */
export type PullRequestUpdate = {
  readonly state: PullRequestState;
  readonly isDraft: boolean;
  readonly title: string;
  readonly description: string;
  readonly reason: string;
  /** UUIDs of accounts. */
  readonly reviewers: readonly Uuid[];
  readonly changes: PullRequestChanges;
  readonly source: {
    readonly branch: string;
    readonly commit: ObjectId;
    readonly repositoryUuid: Uuid | undefined;
  };
  readonly destination: { readonly branch: string; readonly commit: ObjectId | undefined };
};
