import type { Account } from "./account.ts";
import type { PullRequestUpdate } from "./pull-request.ts";

/** Something that has happened to a pull request. */
export type PullRequestActivity = {
  /** Rises with every entry of the server. */
  readonly sequence: number;
  /** As it is called now. */
  readonly pullRequest: { readonly id: number; readonly title: string; readonly isDraft: boolean };
  /** Undefined: the operator. */
  readonly account: Account | undefined;
  readonly at: Date;
} & (
  | { readonly kind: "update"; readonly update: PullRequestUpdate }
  | { readonly kind: "approval" | "changes_requested" }
  | { readonly kind: "comment"; readonly commentId: number }
);
