import type { OauthScope } from "../../model/oauth-scope.ts";
import { accessTokenScopeTexts } from "../catalogue/access-tokens.ts";
import { type Html, html, joined } from "../html.ts";
import type { Translate } from "../translate.ts";

/** Scopes of the older vocabulary. */
export function classicScopes(scopes: readonly OauthScope[]): Html {
  return html`<span class="scopes">${joined(
    scopes.map((scope) => html`<code class="scope">${scope}</code>`),
    " ",
  )}</span>`;
}

/** What a scope opens, in words. */
export function classicScopeHint(t: Translate, scope: OauthScope): Html | undefined {
  const entry = accessTokenScopeTexts[scope];
  return entry && t(entry);
}
