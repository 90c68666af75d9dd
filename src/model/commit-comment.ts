import type { Account } from "./account.ts";
import type { Comment } from "./comment.ts";
import type { ObjectId } from "./object-id.ts";
import type { Uuid } from "./uuid.ts";

export type CommitComment = Comment & {
  readonly repositoryUuid: Uuid;
  readonly commit: ObjectId;
};

/** What somebody had to do with a commit. */
export type CommitParticipant = {
  readonly account: Account;
  readonly hasApproved: boolean;
  /** When they approved, else when they last commented. */
  readonly participatedAt: Date;
};
