import { BRANCH_TYPES, PATTERN_LENGTH_MAX, RESTRICTION_KINDS } from "../../model/branch-restriction.ts";
import type { Repository } from "../../model/repository.ts";
import { createRestriction } from "../../operations/branch-rules/branch-restrictions.ts";
import { accountName, CLOSED, ENTRIES_MAX, name } from "../schema-parts.ts";
import { section } from "../section.ts";

export const branchRestrictionsSection = section({
  key: "branch_restrictions",
  schema: (type) =>
    type.Array(
      type.Object(
        {
          kind: type.Enum([...RESTRICTION_KINDS]),
          pattern: type.Optional(
            type.String({
              description: "Branches, such as release/*",
              minLength: 1,
              maxLength: PATTERN_LENGTH_MAX,
            }),
          ),
          branch_type: type.Optional(type.Enum([...BRANCH_TYPES], { description: "In place of a pattern" })),
          value: type.Optional(
            type.Integer({ minimum: 0, maximum: 1_000_000, description: "Such as how many approvals" }),
          ),
          accounts: type.Optional(
            type.Array(accountName(type, "To whom it does not apply"), { maxItems: 200 }),
          ),
          groups: type.Optional(
            type.Array(name(type, "A slug: to whom it does not apply"), { maxItems: 200 }),
          ),
        },
        CLOSED,
      ),
      { maxItems: ENTRIES_MAX },
    ),
  check(checker, rules, path, { workspace }) {
    for (const [index, { pattern, branch_type: branchType, accounts = [], groups = [] }] of rules.entries()) {
      const at = [...path, index];
      if ((pattern === undefined) === (branchType === undefined))
        checker.problem(at, "needs either pattern or branch_type");
      if (pattern !== undefined && /[\s\p{Cc}]/u.test(pattern))
        checker.problem([...at, "pattern"], "has a space or a control character");
      for (const [number, account] of accounts.entries())
        checker.require("account", account, [...at, "accounts", number]);
      for (const [number, group] of groups.entries())
        checker.require("group", `${workspace}/${group}`, [...at, "groups", number]);
    }
  },
  async apply(context, repository: Repository, rules, path) {
    for (const [index, rule] of rules.entries())
      await context.make(
        {
          path: [...path, index],
          name: `branch restriction ${repository.uuid} ${index}`,
          at: context.time,
          fields: { users: "accounts" },
        },
        (_ports, by) =>
          createRestriction(by, repository, {
            kind: rule.kind,
            match:
              rule.branch_type === undefined
                ? { kind: "glob", pattern: rule.pattern! }
                : { kind: "branching_model", branchType: rule.branch_type },
            value: rule.value,
            accounts: (rule.accounts ?? []).map((account) => context.find("account", account)),
            groups: (rule.groups ?? []).map((group) =>
              context.find("group", `${repository.workspace.slug}/${group}`),
            ),
          }),
      );
  },
});
