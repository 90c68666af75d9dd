import type { GrantedScope } from "../../model/scope.ts";
import { type Html, html, joined } from "../html.ts";

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
