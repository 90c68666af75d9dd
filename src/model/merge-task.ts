import type { FailureDetails, FailureKind } from "./failure.ts";
import type { PullRequestKey } from "./pull-request.ts";
import type { Uuid } from "./uuid.ts";

/** A merge that its caller does not wait for. */
export type MergeTask = {
  readonly uuid: Uuid;
  readonly pullRequest: PullRequestKey;
  readonly createdAt: Date;
  /** A task that is still pending then was cut off: it merges nothing any more. */
  readonly deadlineAt: Date;
  readonly outcome: MergeOutcome;
};

export type MergeOutcome =
  | { readonly kind: "pending" }
  | { readonly kind: "merged" }
  | { readonly kind: "failed"; readonly failure: MergeFailure };

/** What the caller would have been answered. */
export type MergeFailure = {
  readonly kind: FailureKind;
  readonly message: string;
  readonly details: Pick<FailureDetails, "detail" | "fields" | "data">;
};
