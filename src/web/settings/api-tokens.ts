import type { TokenWithHistory } from "../../model/token.ts";
import { LIVING_TOKENS_MAX } from "../../model/token.ts";
import type { WrittenLimits } from "../../model/written-limits.ts";
import { describeLimits } from "../../operations/tokens/describe-limits.ts";
import { listEndedTokens, listLivingTokens } from "../../storage/sql/tokens/token-history.ts";
import { tokenTexts } from "../catalogue/tokens.ts";
import { type Html, html, NOTHING } from "../html.ts";
import { LOW_MS, lifeLevel } from "../layout/level.ts";
import { foldedScopeTags } from "../layout/scope-tag.ts";
import { exactDay, exactTime, timeUntil } from "../layout/time.ts";
import { type AccountPage, type AccountPageRequest, page } from "../page.ts";
import { shortLimits } from "./api-tokens/limit-facts.ts";
import { endOf, lastUse, shortId, whyEnded } from "./api-tokens/token-facts.ts";
import { NEW_TOKEN_PATH, TOKENS_PATH, tokenPath } from "./api-tokens/token-paths.ts";
import { withSettingsSide } from "./with-settings-side.ts";

const ENDED_DAYS = 90;
const DAY_MS = 86_400_000;
/** The last ones; all are in the audit log. */
const ENDED_MAX = 100;

export const apiTokensPage: AccountPage = {
  path: TOKENS_PATH,
  subject: "account",
  async get({ database }, request) {
    const { t, account, now } = request;
    const since = new Date(now.getTime() - ENDED_DAYS * DAY_MS);
    const [living, ended] = await Promise.all([
      // Each may have a successor beside it.
      listLivingTokens(database.kysely, account.uuid, { now, limit: 2 * LIVING_TOKENS_MAX }),
      listEndedTokens(database.kysely, account.uuid, { since, now, limit: ENDED_MAX + 1 }),
    ]);
    const limits = await describeLimits({ database }, { kind: "account", accountUuid: account.uuid }, living);
    const isEmpty = living.length === 0 && ended.length === 0;
    return page({
      title: t(tokenTexts.title),
      main: withSettingsSide(
        request,
        html`<div class="head"><h1>${t(tokenTexts.title)}</h1>${!isEmpty && createButton(t)}</div>
<p class="lead">${t(tokenTexts.lead)}</p>
${isEmpty ? emptyState(t) : html`<div class="flow">${soonNote(request, living)}${livingTable(request, living, limits)}${endedTable(request, ended)}</div>`}`,
      ),
    });
  },
};

function createButton(t: AccountPageRequest["t"]): Html {
  return html`<a class="btn main" href="${NEW_TOKEN_PATH}">${t(tokenTexts.create)}</a>`;
}

function emptyState(t: AccountPageRequest["t"]): Html {
  const { title, text, help } = tokenTexts.empty;
  return html`<div class="empty"><h2>${t(title)}</h2><p>${t(text)}</p>
<div class="acts">${createButton(t)}<a href="/-/help/api-tokens">${t(help)}</a></div></div>`;
}

/** Those that are about to be replaced need no warning. */
function soonNote({ t, now }: AccountPageRequest, living: readonly TokenWithHistory[]): Html {
  const n = living.filter(
    ({ expiresAt, successorUuid }) =>
      successorUuid === undefined && expiresAt.getTime() - now.getTime() < LOW_MS,
  ).length;
  return n === 0 ? NOTHING : html`<p class="note warnish">${t(tokenTexts.soon, { n })}</p>`;
}

function livingTable(
  request: AccountPageRequest,
  tokens: readonly TokenWithHistory[],
  limits: readonly WrittenLimits[],
): Html {
  const { t } = request;
  const { title, count } = tokenTexts.living;
  return html`<section class="block" aria-labelledby="live"><h2 id="live">${t(title)} <span class="dim small">${t(count, { n: tokens.length })}</span></h2>
${tokens.length > 0 && html`<table role="table" class="ledger stack tok">${tableHead(t, [tokenTexts.name, tokenTexts.scopes, tokenTexts.expires, tokenTexts.lastUsed], true)}<tbody role="rowgroup">${tokens.map((token, index) => livingRow(request, token, limits[index]!))}</tbody></table>`}</section>`;
}

function tableHead(
  t: AccountPageRequest["t"],
  heads: readonly Parameters<AccountPageRequest["t"]>[0][],
  hasActions: boolean,
): Html {
  return html`<thead role="rowgroup"><tr role="row">${heads.map((head) => html`<th role="columnheader" scope="col">${t(head)}</th>`)}${hasActions && html`<th role="columnheader" scope="col" class="end">${t(tokenTexts.actions)}</th>`}</tr></thead>`;
}

function livingRow(request: AccountPageRequest, token: TokenWithHistory, limits: WrittenLimits): Html {
  const { t, now } = request;
  const life = { from: token.createdAt, until: token.expiresAt };
  const isSoon = token.expiresAt.getTime() - now.getTime() < LOW_MS;
  const until = timeUntil(request, token.expiresAt);
  const object = html`<span class="vh">${t(tokenTexts.object, { name: token.name })}</span>`;
  return html`<tr role="row"><th role="rowheader" scope="row" data-l="${t(tokenTexts.name)}">${tokenName(token)}<span class="sub"><code>${shortId(token.uuid)}</code> · ${t(tokenTexts.made, { day: exactDay(request, token.createdAt) })}${token.successorUuid !== undefined && html` · ${t(tokenTexts.replacedBy, { id: shortId(token.successorUuid) })}`}</span>${shortLimits(t, limits)}</th>
<td role="cell" data-l="${t(tokenTexts.scopes)}"><div>${foldedScopeTags(t, token.scopes)}</div></td>
<td role="cell" class="until" data-l="${t(tokenTexts.expires)}"><div>${lifeLevel(life, now)} ${isSoon ? html`<b class="warn">${until}</b>` : until}<span class="sub num">${exactTime(request, token.expiresAt)}</span></div></td>
<td role="cell" data-l="${t(tokenTexts.lastUsed)}"><div>${lastUse(request, token)}</div></td>
<td role="cell" class="end" data-l="${t(tokenTexts.actions)}"><div>${token.successorUuid === undefined && html`<a class="btn plain" href="${tokenPath(token.uuid, "rotate")}">${t(tokenTexts.rotate)}${object}</a> `}<a class="btn plain danger" href="${tokenPath(token.uuid, "revoke")}">${t(tokenTexts.revoke)}${object}</a></div></td></tr>`;
}

function tokenName({ uuid, name }: TokenWithHistory): Html {
  return html`<a href="${tokenPath(uuid)}"><bdi>${name}</bdi></a>`;
}

function endedTable(request: AccountPageRequest, ended: readonly TokenWithHistory[]): Html {
  const { t } = request;
  if (ended.length === 0) return NOTHING;
  const { title, head, cut } = tokenTexts.ended;
  const shown = ended.slice(0, ENDED_MAX);
  return html`<section class="block" aria-labelledby="past"><h2 id="past">${t(title)}</h2>
<table role="table" class="ledger stack tok past">${tableHead(t, [tokenTexts.name, tokenTexts.scopes, head, tokenTexts.lastUsed], false)}<tbody role="rowgroup">${shown.map((token) => endedRow(request, token))}</tbody></table>
${ended.length > shown.length && html`<p class="small dim">${t(cut, { n: shown.length })}</p>`}</section>`;
}

function endedRow(request: AccountPageRequest, token: TokenWithHistory): Html {
  const { t } = request;
  return html`<tr role="row"><th role="rowheader" scope="row" data-l="${t(tokenTexts.name)}"><bdi>${token.name}</bdi><span class="sub"><code>${shortId(token.uuid)}</code></span></th><td role="cell" data-l="${t(tokenTexts.scopes)}"><div>${foldedScopeTags(t, token.scopes)}</div></td><td role="cell" data-l="${t(tokenTexts.ended.head)}"><div>${exactDay(request, endOf(token))}<span class="sub">${whyEnded(request, token)}</span></div></td><td role="cell" data-l="${t(tokenTexts.lastUsed)}"><div>${lastUse(request, token)}</div></td></tr>`;
}
