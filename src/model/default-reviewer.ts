import type { Account } from "./account.ts";

/** Somebody who is asked to review the pull requests of a repository, by a rule of the repository itself or of its project. */
export type DefaultReviewer = {
  readonly account: Account;
  readonly source: "repository" | "project";
};
