import { getRestriction } from "../../../../operations/branch-rules/branch-restrictions.ts";
import type { RepositoryPage } from "../../../page.ts";
import { describeRuleForm, ruleValues, saveRule } from "./rule-form.ts";

/** Changes a rule. */
export const rulePage: RepositoryPage = {
  path: "/{workspace}/{repo_slug}/admin/branch-restrictions/{restriction_id}",
  subject: "repository",
  permission: "admin",
  isStepUp: true,
  async get(ports, request) {
    const rule = await getRestriction(ports, request.repository, request.params.restriction_id ?? "");
    return describeRuleForm(request, rule, ruleValues(rule));
  },
  async post(ports, request) {
    const rule = await getRestriction(ports, request.repository, request.params.restriction_id ?? "");
    return saveRule(ports, request, rule);
  },
};
