import type { RefDetails } from "../git/objects/ref-details.ts";
import { MERGE_STRATEGIES } from "../model/merge-strategy.ts";
import { type CommitContext, representCommitOfRef } from "./commit.ts";
import { pullRequestCreateUrl } from "./pull-request-links.ts";
import { representRefLinks } from "./ref-links.ts";

/** Recorded in 2025, in no document: how a branch may be brought up to date with another. */
const SYNC_STRATEGIES = ["merge_commit", "rebase"] as const;

/** A `branch`: contract, rest.md §2.7. */
export function representBranch(branch: RefDetails, context: CommitContext) {
  const { repository, baseUrls } = context;
  return {
    type: "branch",
    name: branch.name,
    target: representTarget(branch, context),
    links: {
      ...representRefLinks(repository, baseUrls, branch.name, { api: "branches", html: "branch" }),
      pullrequest_create: { href: pullRequestCreateUrl(repository, branch.name, baseUrls) },
    },
    merge_strategies: MERGE_STRATEGIES,
    sync_strategies: SYNC_STRATEGIES,
    default_merge_strategy: MERGE_STRATEGIES[0],
  };
}

/** The commit that a ref finally points at, or null, by our choice, where a tag points at something else. */
export function representTarget({ commit }: Pick<RefDetails, "commit">, context: CommitContext) {
  return commit === undefined ? null : representCommitOfRef(commit, context);
}
