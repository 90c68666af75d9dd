import type { Account } from "./account.ts";
import type { Comment } from "./comment.ts";
import type { ObjectId } from "./object-id.ts";
import type { PullRequestKey } from "./pull-request.ts";
import type { Uuid } from "./uuid.ts";

/** The commits in which an inline comment is where it says. */
export type CommentAnchor = {
  /** The lines of the new side are of its files. */
  readonly source: ObjectId;
  /** Undefined if the destination had no branch then. */
  readonly destination: ObjectId | undefined;
  /** The lines of the old side are of its files. Undefined for a comment on the new one, and without a common ancestor. */
  readonly base: ObjectId | undefined;
  /** Whether its lines are gone since then: it is followed no further. */
  readonly isOutdated: boolean;
};

export type PullRequestComment = Comment & {
  readonly repositoryUuid: Uuid;
  readonly pullRequestId: number;
  /** Whether only its author sees it. */
  readonly isPending: boolean;
  /** Of an inline comment. */
  readonly anchor: CommentAnchor | undefined;
  readonly resolution: Resolution | undefined;
};

export type Resolution = {
  /** Undefined once the account is gone. */
  readonly by: Account | undefined;
  readonly at: Date;
};

export function pullRequestOf({
  repositoryUuid,
  pullRequestId,
}: Pick<PullRequestComment, "repositoryUuid" | "pullRequestId">): PullRequestKey {
  return { repositoryUuid, id: pullRequestId };
}
