import type { Account } from "./account.ts";
import type { ObjectId } from "./object-id.ts";
import type { Uuid } from "./uuid.ts";

/** Where in a file a comment stands. Lines count from 1; `from` is a line of the old version, `to` of the new one. */
export type InlineLocation = {
  readonly path: string;
  readonly from: number | undefined;
  readonly to: number | undefined;
  /** The first of several lines, of which `from` or `to` is the last. */
  readonly startFrom: number | undefined;
  readonly startTo: number | undefined;
};

export type CommitComment = {
  /** Rises over all repositories of the server. */
  readonly id: number;
  readonly repositoryUuid: Uuid;
  readonly commit: ObjectId;
  readonly author: Account;
  readonly parentId: number | undefined;
  /** Markdown. Empty once the comment is deleted. */
  readonly raw: string;
  readonly inline: InlineLocation | undefined;
  readonly isDeleted: boolean;
  readonly createdAt: Date;
  readonly updatedAt: Date;
};

/** What somebody had to do with a commit. */
export type CommitParticipant = {
  readonly account: Account;
  readonly hasApproved: boolean;
  /** When they approved, else when they last commented. */
  readonly participatedAt: Date;
};
