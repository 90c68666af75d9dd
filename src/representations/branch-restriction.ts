import type { BranchRestriction } from "../model/branch-restriction.ts";
import type { Repository } from "../model/repository.ts";
import { representEmbeddedAccount } from "./embedded-account.ts";
import { representGroup } from "./group.ts";
import { type BaseUrls, repositoryApiUrl } from "./links.ts";

/** A `branchrestriction`: contract, rest.md §2.17. */
export function representBranchRestriction(
  rule: BranchRestriction,
  repository: Repository,
  baseUrls: BaseUrls,
) {
  const { match } = rule;
  return {
    type: "branchrestriction",
    id: rule.id,
    kind: rule.kind,
    branch_match_kind: match.kind,
    ...(match.kind === "branching_model" ? { branch_type: match.branchType } : {}),
    // Recorded: empty where the branching model matches.
    pattern: match.kind === "glob" ? match.pattern : "",
    value: rule.value ?? null,
    users: rule.accounts.map((account) => representEmbeddedAccount(account, baseUrls)),
    groups: rule.groups.map((group) => representGroup(group, repository.workspace, baseUrls)),
    links: {
      self: { href: `${repositoryApiUrl(baseUrls, repository)}/branch-restrictions/${rule.id}` },
    },
  };
}
