import type { Account } from "./account.ts";

/** Where in a file a comment stands. Lines count from 1; `from` is a line of the old version, `to` of the new one. */
export type InlineLocation = {
  readonly path: string;
  readonly from: number | undefined;
  readonly to: number | undefined;
  /** The first of several lines, of which `from` or `to` is the last. */
  readonly startFrom: number | undefined;
  readonly startTo: number | undefined;
};

/** A comment, whatever it is on. */
export type Comment = {
  /** Rises over all repositories of the server. */
  readonly id: number;
  readonly author: Account;
  readonly parentId: number | undefined;
  /** Markdown. Empty once the comment is deleted. */
  readonly raw: string;
  readonly inline: InlineLocation | undefined;
  readonly isDeleted: boolean;
  readonly createdAt: Date;
  readonly updatedAt: Date;
};

/** As a caller asks for it. */
export type NewComment = Pick<Comment, "raw" | "inline" | "parentId">;
