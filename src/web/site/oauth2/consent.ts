import type { Account } from "../../../model/account.ts";
import type { OauthConsumer } from "../../../model/oauth-consumer.ts";
import type { OauthScope } from "../../../model/oauth-scope.ts";
import type { Ports } from "../../../ports.ts";
import { findWorkspace } from "../../../storage/sql/workspaces/workspaces.ts";
import { consentTexts as texts } from "../../catalogue/oauth.ts";
import { type Html, html } from "../../html.ts";
import type { PageRequest } from "../../page.ts";
import { askedScopes } from "./asked-scopes.ts";

export type Consent = {
  readonly consumer: OauthConsumer;
  readonly scopes: readonly OauthScope[];
  readonly account: Account;
  /** Where the browser goes next. Undefined: nowhere. */
  readonly target: string | undefined;
  /** Above the question. */
  readonly note?: Html | undefined;
  /** Hidden fields of the form. */
  readonly fields: Html;
};

/** The question whether a program may act as somebody: who asks, for what, for how long. OWASP ASVS 5.0, 10.7.2. */
export async function describeConsent(
  { database }: Pick<Ports, "database">,
  { t, csrf }: PageRequest,
  { consumer, scopes, account, target, note, fields }: Consent,
): Promise<Html> {
  const workspace = await findWorkspace(database.kysely, { uuid: consumer.workspaceUuid });
  const holes = {
    name: html`<b><bdi>${consumer.name}</bdi></b>`,
    workspace: html`<bdi>${workspace?.name ?? ""}</bdi>`,
    account: html`<b><bdi>${account.displayName}</bdi></b>`,
  };
  return html`<h1>${t(texts.title, { name: html`<bdi>${consumer.name}</bdi>` })}</h1>
<p class="lead">${t(texts.lead, holes)}</p>
<form method="post">${csrf}${fields}<input type="hidden" name="scopes" value="${scopes.join(" ")}">
<div class="flow">${note}${!consumer.isPrivate && html`<p class="note warnish">${t(texts.sharedSecret)}</p>`}
<dl class="facts rimmed"><dt>${t(texts.may)}</dt><dd>${askedScopes(t, scopes)}<span class="sub">${t(texts.mayText)}</span></dd>
${(consumer.description !== "" || consumer.url !== undefined) && html`<dt>${t(texts.about)}</dt><dd><span dir="auto">${consumer.description}</span>${consumer.url !== undefined && html`<span class="sub"><a href="${consumer.url}" rel="noreferrer">${consumer.url}</a></span>`}</dd>`}
${target !== undefined && html`<dt>${t(texts.goesTo)}</dt><dd><code>${target}</code></dd>`}
<dt>${t(texts.lasts)}</dt><dd>${t(texts.lastsText)}</dd></dl>
<div class="acts"><button class="main" name="action" value="allow">${t(texts.allow)}</button><button name="action" value="deny">${t(texts.deny)}</button></div></div></form>`;
}
