import { revokeOwnToken } from "../../../operations/tokens/own-tokens.ts";
import { tokenTexts } from "../../catalogue/tokens.ts";
import { html } from "../../html.ts";
import { exactTime } from "../../layout/time.ts";
import { type AccountPage, page, redirect } from "../../page.ts";
import { flash } from "../../pipeline/flash.ts";
import { withSettingsSide } from "../with-settings-side.ts";
import { limitFacts } from "./limit-facts.ts";
import { ownLimits } from "./own-limits.ts";
import { ownTokenOf } from "./own-token.ts";
import { explainedScopes } from "./scope-facts.ts";
import { isLiving, lastUse, shortId } from "./token-facts.ts";
import { TOKENS_PATH } from "./token-paths.ts";

/** Asks before a token ends, and says what stops. No password is asked for: who fears for a token must not be kept waiting. */
export const revokeTokenPage: AccountPage = {
  path: `${TOKENS_PATH}/{token}/revoke`,
  subject: "account",
  async get(ports, request) {
    const { t, csrf, now } = request;
    const texts = tokenTexts.revocation;
    const token = await ownTokenOf(ports, request);
    if (!isLiving(token, now)) return redirect(TOKENS_PATH, flash(texts.before, { name: token.name }));
    const main = html`<h1>${t(texts.title, { name: html`<bdi>${token.name}</bdi>` })}</h1>
<p class="lead">${t(texts.lead)}</p>
<form method="post">${csrf}
<div class="flow"><dl class="facts rimmed"><dt>${t(tokenTexts.lastUsed)}</dt><dd>${lastUse(request, token)}</dd>
<dt>${t(texts.stops)}</dt><dd>${explainedScopes(t, token.scopes)}</dd>
${limitFacts(t, await ownLimits(ports, request, token))}
<dt>${t(tokenTexts.expires)}</dt><dd>${exactTime(request, token.expiresAt)}</dd>
<dt>${t(tokenTexts.review.id)}</dt><dd><code>${shortId(token.uuid)}</code></dd></dl>
<div class="acts"><button class="danger">${t(texts.submit)}</button><a class="btn" href="${TOKENS_PATH}">${t(texts.keep)}</a></div></div>
</form>`;
    return page({ title: t(texts.title, { name: token.name }), main: withSettingsSide(request, main) });
  },
  async post(ports, request) {
    const texts = tokenTexts.revocation;
    const token = await ownTokenOf(ports, request);
    await revokeOwnToken(ports, request.by, token.uuid);
    const text = isLiving(token, request.now) ? texts.done : texts.before;
    return redirect(TOKENS_PATH, flash(text, { name: token.name }));
  },
};
