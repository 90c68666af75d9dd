import type { Account } from "./account.ts";
import type { Resolution } from "./pull-request-comment.ts";
import type { Uuid } from "./uuid.ts";

/** Something to be done before a pull request is merged. */
export type PullRequestTask = {
  /** Rises over all repositories of the server. */
  readonly id: number;
  readonly repositoryUuid: Uuid;
  readonly pullRequestId: number;
  readonly creator: Account;
  /** Markdown. */
  readonly raw: string;
  /** The comment that it hangs on. */
  readonly commentId: number | undefined;
  /** Whether only its creator sees it. */
  readonly isPending: boolean;
  /** Undefined while it is to be done. */
  readonly resolution: Resolution | undefined;
  readonly createdAt: Date;
  readonly updatedAt: Date;
};
