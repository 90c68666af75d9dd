import { type GrantedScope, parseScope } from "../../../model/scope.ts";
import type { ApiToken } from "../../../model/token.ts";
import { type PolicyViolation, policyViolations } from "../../../model/token-policy.ts";
import type { Ports } from "../../../ports.ts";
import {
  listPoliciesOfAccount,
  type WorkspacePolicy,
} from "../../../storage/sql/tokens/policies-of-account.ts";
import { tokenTexts } from "../../catalogue/tokens.ts";
import { type Html, html, NOTHING } from "../../html.ts";
import { scopeTags } from "../../layout/scope-tag.ts";
import type { AccountPageRequest } from "../../page.ts";
import type { Translate } from "../../translate.ts";

/** Of more workspaces than these nothing is said beforehand. */
const POLICIES_MAX = 20;

/** What the workspaces of who asks demand of tokens. A token against it can be made: it works elsewhere. */
export function findOwnPolicies(
  { database }: Pick<Ports, "database">,
  { account }: AccountPageRequest,
): Promise<readonly WorkspacePolicy[]> {
  return listPoliciesOfAccount(database.kysely, account.uuid, POLICIES_MAX);
}

/** Who takes tokens only if they end soon enough: to be known before an end is chosen. */
export function lifetimeNote(t: Translate, policies: readonly WorkspacePolicy[]): Html {
  const texts = policies.flatMap(({ workspaceSlug, lifetimeDaysMax }) =>
    lifetimeDaysMax === undefined ? [] : [describeLifetime(t, workspaceSlug, lifetimeDaysMax)],
  );
  return texts.length === 0
    ? NOTHING
    : html`<ul class="note">${texts.map((text) => html`<li>${text}</li>`)}</ul>`;
}

/** The workspaces that refuse every token with the scope. */
export function refusingWorkspaces(
  policies: readonly WorkspacePolicy[],
  scope: GrantedScope,
): readonly WorkspacePolicy["workspaceSlug"][] {
  return policies
    .filter(({ refusedScopes }) => refusedScopes.includes(scope))
    .map(({ workspaceSlug }) => workspaceSlug);
}

/** Which workspaces will refuse a token, and why: a row of a list of facts. A new token has no time of grace. */
export function refusalFact(
  t: Translate,
  policies: readonly WorkspacePolicy[],
  token: Pick<ApiToken, "createdAt" | "expiresAt" | "scopes">,
): Html {
  const refusals = policies.flatMap((policy) =>
    policyViolations(policy, token).map((violation) => describeViolation(t, policy, violation)),
  );
  if (refusals.length === 0) return NOTHING;
  return html`
<dt>${t(tokenTexts.review.refused)}</dt><dd><ul>${refusals.map((refusal) => html`<li class="bad">${refusal}</li>`)}</ul></dd>`;
}

function describeViolation(
  t: Translate,
  { workspaceSlug }: WorkspacePolicy,
  violation: PolicyViolation,
): Html {
  switch (violation.kind) {
    case "lifetime":
      return describeLifetime(t, workspaceSlug, violation.daysMax);
    case "scopes":
      return t(tokenTexts.review.refusedBy.scopes, {
        workspace: html`<code>${workspaceSlug}</code>`,
        scopes: scopeTags(violation.scopes.flatMap((scope) => parseScope(scope) ?? [])),
      });
  }
}

function describeLifetime(t: Translate, workspace: string, n: number): Html {
  return t(tokenTexts.review.refusedBy.age, { workspace: html`<code>${workspace}</code>`, n });
}
