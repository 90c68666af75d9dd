import { revokeAccessToken } from "../../operations/access-tokens/access-tokens.ts";
import type { Ports } from "../../ports.ts";
import { accessTokenTexts as texts } from "../catalogue/access-tokens.ts";
import { html } from "../html.ts";
import { exactTime, timeAgo } from "../layout/time.ts";
import { type PageAnswer, type PageRequest, page, redirect } from "../page.ts";
import { flash } from "../pipeline/flash.ts";
import { getTokenOf } from "./get-token.ts";
import { classicScopes } from "./scope-list.ts";
import type { TokensOf } from "./tokens-of.ts";

/** Asks before a token ends. No password is asked for: who fears for a token must not be kept waiting. */
export async function askToRevoke(ports: Ports, request: PageRequest, of: TokensOf): Promise<PageAnswer> {
  const { t, csrf, now } = request;
  const { revocation } = texts;
  const { token } = await getTokenOf(ports, request, of);
  if (token.revokedAt !== undefined || token.expiresAt <= now)
    return redirect(of.path, flash(revocation.before, { name: token.name }));
  return page({
    title: html`${t(revocation.title, { name: token.name })} · ${of.name}`,
    place: of.place,
    main: of.around(html`<h1>${t(revocation.title, { name: html`<bdi>${token.name}</bdi>` })}</h1>
<p class="lead">${t(revocation.lead)}</p>
<form method="post">${csrf}<div class="flow"><dl class="facts rimmed"><dt>${t(texts.lastUsed)}</dt><dd>${token.lastUsedAt === undefined ? t(texts.never) : timeAgo(request, token.lastUsedAt)}</dd>
<dt>${t(texts.scopes)}</dt><dd>${classicScopes(token.scopes)}</dd>
<dt>${t(texts.expires)}</dt><dd>${exactTime(request, token.expiresAt)}</dd></dl>
<div class="acts"><button class="danger">${t(revocation.submit)}</button><a class="btn" href="${of.path}">${t(revocation.keep)}</a></div></div></form>`),
  });
}

export async function revokeTokenOf(ports: Ports, request: PageRequest, of: TokensOf): Promise<PageAnswer> {
  const { revocation } = texts;
  const { token } = await getTokenOf(ports, request, of);
  const isFirst = token.revokedAt === undefined && token.expiresAt > request.now;
  await revokeAccessToken(ports, request.by, of.resource, token.uuid);
  return redirect(of.path, flash(isFirst ? revocation.done : revocation.before, { name: token.name }));
}
