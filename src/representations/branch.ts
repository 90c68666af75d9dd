import type { RefDetails } from "../git/objects/ref-details.ts";
import { type CommitContext, representCommit } from "./commit.ts";
import { representRefLinks } from "./ref-links.ts";

export const MERGE_STRATEGIES = [
  "merge_commit",
  "squash",
  "fast_forward",
  "squash_fast_forward",
  "rebase_fast_forward",
  "rebase_merge",
] as const;

/** A `branch`: contract, rest.md §2.7. */
export function representBranch(branch: RefDetails, context: CommitContext) {
  return {
    type: "branch",
    name: branch.name,
    target: representTarget(branch, context),
    links: representRefLinks(context.repository, context.bases, branch.name, {
      api: "branches",
      html: "branch",
    }),
    merge_strategies: MERGE_STRATEGIES,
    default_merge_strategy: MERGE_STRATEGIES[0],
  };
}

/**
 * The commit that a ref finally points at: recorded without `summary` and `rendered`, and with its repository. Null, by our
 * choice, where a tag points at something else.
 */
export function representTarget({ commit }: Pick<RefDetails, "commit">, context: CommitContext) {
  if (commit === undefined) return null;
  const { summary, rendered, ...target } = representCommit(commit, context, {
    withCommitter: false,
    withParticipants: false,
  });
  return target;
}
