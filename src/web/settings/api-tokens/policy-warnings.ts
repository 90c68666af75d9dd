import type { ApiToken } from "../../../model/token.ts";
import { policyViolations, refusedFrom } from "../../../model/token-policy.ts";
import type { Uuid } from "../../../model/uuid.ts";
import type { Ports } from "../../../ports.ts";
import { listBlocksOfToken } from "../../../storage/sql/tokens/token-policies.ts";
import { tokenPolicyTexts as texts } from "../../catalogue/token-policies.ts";
import { type Html, html, NOTHING } from "../../html.ts";
import { exactDay } from "../../layout/time.ts";
import type { AccountPageRequest } from "../../page.ts";
import { describePolicy } from "../../workspace/settings/policies.ts";
import { findOwnPolicies } from "./own-policies.ts";

type Judged = Pick<ApiToken, "createdAt" | "expiresAt" | "scopes"> & { readonly uuid?: Uuid };

/** Which workspaces of its owner refuse a token, or will: of one that is about to be created, too. Nothing if none does. */
export async function policyWarnings(
  { database }: Pick<Ports, "database">,
  request: AccountPageRequest,
  token: Judged,
): Promise<Html> {
  const { t, now } = request;
  const policies = await findOwnPolicies({ database }, request);
  const blocks = token.uuid === undefined ? [] : await listBlocksOfToken(database.kysely, token.uuid);
  const warnings = policies.flatMap((policy) => {
    const { workspaceSlug } = policy;
    const violations = policyViolations(policy, token);
    if (violations.length === 0) return [];
    const from = refusedFrom(policy, token);
    const reasons = describePolicy(t, {
      lifetimeDaysMax: violations.find(({ kind }) => kind === "lifetime") && policy.lifetimeDaysMax,
      refusedScopes: violations.flatMap((each) => (each.kind === "scopes" ? each.scopes : [])),
    });
    const holes = { workspace: html`<b>${workspaceSlug}</b>`, reasons };
    return from > now
      ? t(texts.warning.against, { ...holes, date: exactDay(request, from) })
      : t(texts.warning.atOnce, holes);
  });
  for (const { workspaceSlug, blockedAt } of blocks)
    warnings.push(
      t(texts.warning.blocked, {
        workspace: html`<b>${workspaceSlug}</b>`,
        date: exactDay(request, blockedAt),
      }),
    );
  return warnings.length === 0
    ? NOTHING
    : html`<div class="note warnish flow">${warnings.map((warning) => html`<p>${warning}</p>`)}</div>`;
}
