import type { ListedAccessToken } from "../../model/access-token.ts";
import type { Ports } from "../../ports.ts";
import { listAccessTokens } from "../../storage/sql/tokens/access-tokens.ts";
import { accessTokenTexts as texts } from "../catalogue/access-tokens.ts";
import { type Html, html } from "../html.ts";
import { empty } from "../layout/empty.ts";
import { ledger } from "../layout/ledger.ts";
import { isLow, lifeLevel } from "../layout/level.ts";
import { exactDay, exactTime, timeAgo, timeUntil } from "../layout/time.ts";
import { type PageAnswer, type PageRequest, page } from "../page.ts";
import { shortId } from "../settings/api-tokens/token-facts.ts";
import { classicScopes } from "./scope-list.ts";
import { questionPath, type TokensOf } from "./tokens-of.ts";

/** The access tokens of a resource that are not revoked: also expired ones, which can be rotated. */
export async function listTokensOf(
  { database }: Pick<Ports, "database">,
  request: PageRequest,
  of: TokensOf,
): Promise<PageAnswer> {
  const { t } = request;
  const tokens = await listAccessTokens(database.kysely, of.resource, { now: request.now });
  const create = html`<a class="btn main" href="${of.path}/new">${t(texts.create)}</a>`;
  const columns = [
    { label: t(texts.name) },
    { label: t(texts.scopes) },
    { label: t(texts.expires) },
    { label: t(texts.lastUsed) },
    { label: t(texts.actions), isEnd: true },
  ];
  return page({
    title: html`${t(texts.title)} · ${of.name}`,
    place: of.place,
    main: of.around(html`<div class="head"><h1>${t(texts.title)}</h1>${tokens.length > 0 && create}</div>
<p class="lead">${t(texts.lead[of.resource.kind])}</p>
${
  tokens.length > 0
    ? ledger(
        columns,
        tokens.map((each) => rowOf(request, of, each)),
      )
    : empty(t(texts.none.title), t(texts.none.text), create)
}`),
  });
}

function rowOf(request: PageRequest, of: TokensOf, { token, address }: ListedAccessToken): readonly Html[] {
  const { t, now } = request;
  const object = html`<span class="vh">${t(texts.object, { name: token.name })}</span>`;
  const { successorUuid } = token;
  return [
    html`<bdi>${token.name}</bdi><span class="sub"><code>${shortId(token.uuid)}</code> · ${t(texts.created)} ${exactDay(request, token.createdAt)}</span><span class="sub m">${address}</span>`,
    classicScopes(token.scopes),
    html`${expiry(request, token)}${successorUuid !== undefined && html`<span class="sub">${t(texts.replacedBy, { id: shortId(successorUuid), time: exactTime(request, token.expiresAt) })}</span>`}`,
    token.lastUsedAt === undefined
      ? html`<span class="dim">${t(texts.never)}</span>`
      : html`${timeAgo(request, token.lastUsedAt)}${token.lastUsedFrom && html`<span class="sub m">${token.lastUsedFrom.address}</span>`}`,
    html`${successorUuid === undefined && html`<a class="btn plain" href="${questionPath(of, token.uuid, "rotate")}">${t(texts.rotate)}${object}</a> `}${token.expiresAt > now && html`<a class="btn plain danger" href="${questionPath(of, token.uuid, "revoke")}">${t(texts.revoke)}${object}</a>`}`,
  ];
}

function expiry(request: PageRequest, { createdAt, expiresAt }: ListedAccessToken["token"]): Html {
  const { t, now } = request;
  if (expiresAt <= now) return html`<span class="bad">${t(texts.expired)}</span>`;
  const life = { from: createdAt, until: expiresAt };
  const until = timeUntil(request, expiresAt);
  return html`${lifeLevel(life, now)} ${isLow(life, now) ? html`<b class="warn">${until}</b>` : until}<span class="sub num">${exactTime(request, expiresAt)}</span>`;
}
