import { rotateAccessToken } from "../../operations/access-tokens/access-tokens.ts";
import type { Ports } from "../../ports.ts";
import { accessTokenTexts as texts } from "../catalogue/access-tokens.ts";
import { html } from "../html.ts";
import { exactTime } from "../layout/time.ts";
import { type PageAnswer, type PageRequest, page, redirect } from "../page.ts";
import { flash } from "../pipeline/flash.ts";
import { shortId } from "../settings/api-tokens/token-facts.ts";
import { getTokenOf } from "./get-token.ts";
import { classicScopes } from "./scope-list.ts";
import { shownOnce } from "./shown-once.ts";
import type { TokensOf } from "./tokens-of.ts";

/** Asks whether to make a new secret for a token. */
export async function askToRotate(ports: Ports, request: PageRequest, of: TokensOf): Promise<PageAnswer> {
  const { t, csrf, now } = request;
  const { rotation } = texts;
  const { token, address } = await getTokenOf(ports, request, of);
  if (token.successorUuid !== undefined)
    return redirect(of.path, flash(rotation.before, { name: token.name }));
  return page({
    title: html`${t(rotation.title, { name: token.name })} · ${of.name}`,
    place: of.place,
    main: of.around(html`<h1>${t(rotation.title, { name: html`<bdi>${token.name}</bdi>` })}</h1>
<p class="lead">${t(token.expiresAt > now ? rotation.lead : rotation.leadExpired)}</p>
<form method="post">${csrf}<div class="flow"><dl class="facts rimmed"><dt>${t(texts.scopes)}</dt><dd>${classicScopes(token.scopes)}</dd>
<dt>${t(texts.commits)}</dt><dd class="m">${address}</dd></dl>
<div class="acts"><button class="main">${t(rotation.submit)}</button><a class="btn" href="${of.path}">${t(rotation.keep)}</a></div></div></form>`),
  });
}

/** Makes the new secret and shows it, this once. */
export async function rotateTokenOf(ports: Ports, request: PageRequest, of: TokensOf): Promise<PageAnswer> {
  const { t, by, now } = request;
  const { token: old, address } = await getTokenOf(ports, request, of);
  const before = () => redirect(of.path, flash(texts.rotation.before, { name: old.name }));
  // Sent again, it would show the same successor again.
  if (old.successorUuid !== undefined) return before();
  const { text, token, oldExpiresAt, isRepeated } = await rotateAccessToken(ports, by, of.resource, old.uuid);
  if (isRepeated) return before();
  const id = shortId(old.uuid);
  return shownOnce(request, of, {
    text,
    token,
    address,
    ...(oldExpiresAt > now
      ? {
          before: html`<p class="note warnish">${t(texts.shown.overlap, { id, time: exactTime(request, oldExpiresAt) })}</p>`,
        }
      : {}),
  });
}
