import type { GrantedScope } from "../../model/scope.ts";
import { tokenTexts } from "../catalogue/tokens.ts";
import { type Html, html, joined } from "../html.ts";
import type { Translate } from "../translate.ts";

/** The verb of a scope is told apart by what it can do. */
const VERB_CLASSES: Readonly<Record<string, string>> = { read: "r", write: "w", admin: "a", delete: "d" };

/** A scope as people read it, without the `:bitbucket` that all end in. `isLacking`: it is the one that is missing. */
export function scopeTag(scope: GrantedScope, { isLacking = false } = {}): Html {
  const [verb = "", ...rest] = scope.replace(/:bitbucket$/, "").split(":");
  return html`<code class="scope${isLacking ? " lack" : ""}"><b class="${VERB_CLASSES[verb] ?? "r"}">${verb}</b>:${rest.join(":")}</code>`;
}

export function scopeTags(scopes: readonly GrantedScope[]): Html {
  return html`<span class="scopes">${joined(
    scopes.map((scope) => scopeTag(scope)),
    " ",
  )}</span>`;
}

/** Those that a row of a table always shows. */
const SHOWN_MAX = 4;

/** A few scopes, and the others folded. */
export function foldedScopeTags(t: Translate, scopes: readonly GrantedScope[]): Html {
  const [shown, folded] = [scopes.slice(0, SHOWN_MAX), scopes.slice(SHOWN_MAX)];
  return html`${scopeTags(shown)}${
    folded.length > 0 &&
    html`<details><summary class="small">${t(tokenTexts.moreScopes, { n: folded.length })}</summary>${scopeTags(folded)}</details>`
  }`;
}
