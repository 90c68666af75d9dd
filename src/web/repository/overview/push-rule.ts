import type { BranchRestriction } from "../../../model/branch-restriction.ts";
import { overviewTexts } from "../../catalogue/overview.ts";
import type { Html } from "../../html.ts";
import type { Translate } from "../../translate.ts";

/** Who may push to a branch, in a few words. `rules` are those that match it. */
export function describePushRule(t: Translate, rules: readonly BranchRestriction[]): Html {
  const texts = overviewTexts.rule;
  const approvals = Math.max(0, ...rules.filter(isAboutApprovals).map(({ value = 0 }) => value));
  const rule = describePush(
    t,
    rules.filter(({ kind }) => kind === "push"),
  );
  return approvals === 0
    ? rule
    : t(texts.withApprovals, { rule, approvals: t(texts.approvals, { n: approvals }) });
}

function isAboutApprovals({ kind }: BranchRestriction): boolean {
  return kind === "require_approvals_to_merge";
}

/** Every rule must allow a push, so whoever may is on the list of each. */
function describePush(t: Translate, rules: readonly BranchRestriction[]): Html {
  const texts = overviewTexts.rule;
  if (rules.length === 0) return t(texts.anybody);
  // The shortest list bounds them all.
  const [{ accounts, groups }] = rules.toSorted(
    (one, other) => one.accounts.length + one.groups.length - other.accounts.length - other.groups.length,
  ) as [BranchRestriction];
  const people = t(texts.accounts, { n: accounts.length });
  const shared = t(texts.groups, { n: groups.length });
  if (accounts.length > 0 && groups.length > 0)
    return t(texts.listed, { who: t(texts.both, { accounts: people, groups: shared }) });
  if (accounts.length > 0) return t(texts.listed, { who: people });
  return groups.length > 0 ? t(texts.listed, { who: shared }) : t(texts.pullRequest);
}
