import { parseJsonWebToken } from "../../../../connect/json-web-token.ts";
import type { HeaderLine } from "../../../../model/webhook.ts";
import { appTexts as texts } from "../../../catalogue/apps.ts";
import { type Html, html } from "../../../html.ts";
import type { PageRequest } from "../../../page.ts";

/** How a request to an app was signed: what was hashed, and what the JWT in its headers says. */
export function describeToken(
  { t }: Pick<PageRequest, "t">,
  headers: readonly HeaderLine[],
  canonicalRequest: string | undefined,
): Html {
  const token = headers.find(([name]) => name === "authorization")?.[1].split(" ")[1];
  // It is stored without its signature.
  const claims = token === undefined ? undefined : parseJsonWebToken(token.replace("…", ""))?.claims;
  return html`${canonicalRequest !== undefined && html`<h3>${t(texts.calls.hashed)}</h3>${block(canonicalRequest)}`}${claims !== undefined && html`<h3>${t(texts.calls.claims)}</h3>${block(indented(claims))}`}`;
}

export function indented(value: object): string {
  return JSON.stringify(value, null, 2);
}

export function block(text: string): Html {
  return html`<div class="cmd"><pre tabindex="0">${text}</pre></div>`;
}
