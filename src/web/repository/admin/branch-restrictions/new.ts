import type { RepositoryPage } from "../../../page.ts";
import { describeRuleForm, NEW_RULE, saveRule } from "./rule-form.ts";

/** Adds a rule. */
export const newRulePage: RepositoryPage = {
  path: "/{workspace}/{repo_slug}/admin/branch-restrictions/new",
  subject: "repository",
  permission: "admin",
  isStepUp: true,
  get: async (_ports, request) => describeRuleForm(request, undefined, NEW_RULE),
  post: (ports, request) => saveRule(ports, request, undefined),
};
