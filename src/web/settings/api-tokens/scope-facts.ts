import type { GrantedScope } from "../../../model/scope.ts";
import { scopeTexts } from "../../catalogue/scopes.ts";
import { tokenTexts } from "../../catalogue/tokens.ts";
import { type Html, html, joined, NOTHING } from "../../html.ts";
import { lifeLevel } from "../../layout/level.ts";
import { scopeTag, scopeTags } from "../../layout/scope-tag.ts";
import { exactTime } from "../../layout/time.ts";
import type { AccountPageRequest } from "../../page.ts";
import { missingDeeds } from "../../scope-groups.ts";
import type { Translate } from "../../translate.ts";

/** Each scope with what it opens, in words. */
export function explainedScopes(t: Translate, scopes: readonly GrantedScope[]): Html {
  return html`<ul>${scopes.map((scope) => html`<li>${scopeTag(scope)} ${t(scopeTexts[scope].opens)}</li>`)}</ul>`;
}

/** What a token may, in scopes or in words, what it may not, and until when. Rows of a list of facts. */
export function tokenFacts(
  request: AccountPageRequest,
  {
    scopes,
    createdAt,
    expiresAt,
  }: { readonly scopes: readonly GrantedScope[]; readonly createdAt: Date; readonly expiresAt: Date },
  { inWords = false } = {},
): Html {
  const { t, now } = request;
  const texts = tokenTexts.review;
  return html`<dt>${t(texts.may)}</dt><dd>${inWords ? explainedScopes(t, scopes) : scopeTags(scopes)}</dd>
${mayNot(t, scopes)}<dt>${t(texts.until)}</dt><dd>${lifeLevel({ from: createdAt, until: expiresAt }, now)} ${lifetime(request, createdAt, expiresAt)}</dd>`;
}

function mayNot(t: Translate, scopes: readonly GrantedScope[]): Html {
  const deeds = missingDeeds(scopes);
  if (deeds.length === 0) return NOTHING;
  const list = joined(
    deeds.map((deed) => t(deed)),
    t(tokenTexts.review.separator),
  );
  return html`<dt>${t(tokenTexts.review.mayNot)}</dt><dd>${list}</dd>
`;
}

const DAY_MS = 86_400_000;

/** `27 Feb 2027, 09:00 UTC (90 days)`. */
function lifetime(request: AccountPageRequest, from: Date, until: Date): Html {
  const length = request.t(tokenTexts.new.days, {
    n: Math.round((until.getTime() - from.getTime()) / DAY_MS),
  });
  return request.t(tokenTexts.new.expiresAt, { time: exactTime(request, until), length });
}
