export type MergeCheckKind =
  | "approvals"
  | "default-reviewer-approvals"
  | "successful-builds"
  | "failed-builds"
  | "builds-in-progress"
  | "resolved-tasks"
  | "resolved-comments"
  | "no-changes-requested"
  | "commits-behind";

/** Something that a branch restriction asks for before a merge. */
export type MergeCheck = {
  readonly kind: MergeCheckKind;
  readonly status: "passed" | "failed" | "pending";
  /** The number that is asked for, or the most that is allowed; undefined if there must be none at all. */
  readonly limit: number | undefined;
  readonly found: number;
};

export type MergeChecks = {
  /** Whether a merge is refused as long as one of them has not passed. Otherwise they only advise. */
  readonly areEnforced: boolean;
  readonly checks: readonly MergeCheck[];
};

/** What git says to a merge. `unknown`: it would take too long to tell. */
export type Mergeability = "clean" | "conflicts" | "impossible" | "unknown";
