import type { TokenWithHistory } from "../../../model/token.ts";
import { describeLimits } from "../../../operations/tokens/describe-limits.ts";
import type { Ports } from "../../../ports.ts";
import { listLivingDescendants } from "../../../storage/sql/tokens/token-history.ts";
import { tokenLimitTexts } from "../../catalogue/token-limits.ts";
import { tokenTexts } from "../../catalogue/tokens.ts";
import { type Html, html } from "../../html.ts";
import { foldedScopeTags } from "../../layout/scope-tag.ts";
import { exactTime, timeUntil } from "../../layout/time.ts";
import type { AccountPageRequest } from "../../page.ts";
import { shortLimits } from "./limit-facts.ts";
import { lastUse, shortId } from "./token-facts.ts";
import { tokenPath } from "./token-paths.ts";

/** They are gone in minutes: who looks for one looks for the next to end. */
const SHOWN_MAX = 50;

/** The tokens in use that descend from one, each with a way to end it. */
export async function derivedTable(
  ports: Pick<Ports, "database">,
  request: AccountPageRequest,
  { uuid }: TokenWithHistory,
): Promise<Html> {
  const { t, account, now } = request;
  const texts = tokenLimitTexts.children;
  const found = await listLivingDescendants(ports.database.kysely, uuid, { now, limit: SHOWN_MAX + 1 });
  const shown = found.slice(0, SHOWN_MAX);
  const limits = await describeLimits(ports, { kind: "account", accountUuid: account.uuid }, shown);
  const heads = [tokenTexts.name, tokenTexts.scopes, tokenTexts.expires, tokenTexts.lastUsed];
  const row = (token: TokenWithHistory, index: number) => {
    const object = html`<span class="vh">${t(tokenTexts.object, { name: token.name })}</span>`;
    return html`<tr role="row"><th role="rowheader" scope="row" data-l="${t(tokenTexts.name)}"><a href="${tokenPath(token.uuid)}"><bdi>${token.name}</bdi></a><span class="sub"><code>${shortId(token.uuid)}</code></span>${shortLimits(t, limits[index]!)}</th>
<td role="cell" data-l="${t(tokenTexts.scopes)}"><div>${foldedScopeTags(t, token.scopes)}</div></td>
<td role="cell" class="until" data-l="${t(tokenTexts.expires)}"><div>${timeUntil(request, token.expiresAt)}<span class="sub num">${exactTime(request, token.expiresAt)}</span></div></td>
<td role="cell" data-l="${t(tokenTexts.lastUsed)}"><div>${lastUse(request, token)}</div></td>
<td role="cell" class="end" data-l="${t(tokenTexts.actions)}"><div><a class="btn plain danger" href="${tokenPath(token.uuid, "revoke")}">${t(tokenTexts.revoke)}${object}</a></div></td></tr>`;
  };
  return html`<section class="block" aria-labelledby="derived"><h2 id="derived">${t(texts.title)}</h2>
<p class="lead">${t(texts.lead)}</p>
${
  shown.length === 0
    ? html`<p class="dim">${t(texts.none)}</p>`
    : html`<table role="table" class="ledger stack tok"><thead role="rowgroup"><tr role="row">${heads.map((head) => html`<th role="columnheader" scope="col">${t(head)}</th>`)}<th role="columnheader" scope="col" class="end">${t(tokenTexts.actions)}</th></tr></thead><tbody role="rowgroup">${shown.map(row)}</tbody></table>`
}
${found.length > shown.length && html`<p class="small dim">${t(texts.cut, { n: shown.length })}</p>`}</section>`;
}
