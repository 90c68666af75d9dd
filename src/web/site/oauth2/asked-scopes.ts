import type { OauthScope } from "../../../model/oauth-scope.ts";
import { oauthScopeTexts } from "../../catalogue/oauth-scopes.ts";
import { type Html, html } from "../../html.ts";
import type { Translate } from "../../translate.ts";

/** What a program asks for, in words for whoever is asked. */
export function askedScopes(t: Translate, scopes: readonly OauthScope[]): Html {
  return html`<ul>${scopes.map(
    (scope) => html`<li>${t(oauthScopeTexts[scope])} <code class="small">${scope}</code></li>`,
  )}</ul>`;
}
