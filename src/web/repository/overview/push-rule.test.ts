import assert from "node:assert/strict";
import { test } from "node:test";
import type { BranchRestriction } from "../../../model/branch-restriction.ts";
import { TRANSLATE } from "../../translate.ts";
import { describePushRule } from "./push-rule.ts";

function rule(
  kind: BranchRestriction["kind"],
  { people = 0, groups = 0, value }: { people?: number; groups?: number; value?: number } = {},
): BranchRestriction {
  const lists = { accounts: new Array(people).fill({}), groups: new Array(groups).fill({}) };
  return { kind, value, ...lists } as unknown as BranchRestriction;
}

for (const [rules, text] of [
  [[], "whoever may write"],
  [[rule("push")], "by pull request only"],
  [[rule("push", { people: 1 })], "1 person alone may push"],
  [[rule("push", { people: 2, groups: 1 })], "2 people and 1 group alone may push"],
  [[rule("push", { people: 2 }), rule("push")], "by pull request only"],
  [[rule("require_approvals_to_merge", { value: 2 })], "whoever may write, 2 approvals"],
  [
    [
      rule("push"),
      rule("require_approvals_to_merge", { value: 1 }),
      rule("require_approvals_to_merge", { value: 3 }),
    ],
    "by pull request only, 3 approvals",
  ],
] as const)
  test(`says ${text}`, () => {
    assert.equal(describePushRule(TRANSLATE.en, rules).toString(), text);
  });
