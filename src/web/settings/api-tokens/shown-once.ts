import type { Secret } from "../../../model/secret.ts";
import type { ApiToken } from "../../../model/token.ts";
import type { WrittenLimits } from "../../../model/written-limits.ts";
import { tokenTexts } from "../../catalogue/tokens.ts";
import { type Html, html } from "../../html.ts";
import { copyButton } from "../../layout/command.ts";
import { type AccountPageRequest, type PageAnswer, page } from "../../page.ts";
import { withSettingsSide } from "../with-settings-side.ts";
import { limitFacts } from "./limit-facts.ts";
import { tokenFacts } from "./scope-facts.ts";
import { type Commands, repositorySelect, tokenCommands } from "./token-commands.ts";
import { shortId } from "./token-facts.ts";
import { TOKENS_PATH, tokenPath } from "./token-paths.ts";

/**
 * The answer that has a token in it: to the one POST that made it. Nothing else ever shows it, and no cache keeps it.
 */
export function shownOncePage(
  request: AccountPageRequest,
  {
    text,
    token,
    limits,
    commands,
    before,
  }: {
    readonly text: Secret;
    readonly token: ApiToken;
    readonly limits: WrittenLimits;
    readonly commands: Commands;
    /** Above the token: the steps that led here, or what becomes of the old token. */
    readonly before: Html;
  },
): PageAnswer {
  const { t } = request;
  const texts = tokenTexts.shown;
  const use = tokenTexts.use;
  const main = html`<h1>${t(texts.title)}</h1>
${before}
<div class="flow">
<div class="field long"><label for="token"><bdi>${token.name}</bdi></label><p class="hint" id="token-h">${t(texts.hint)}</p>
<textarea class="secret" id="token" rows="6" readonly spellcheck="false" autocomplete="off" aria-describedby="token-h">${text.reveal()}</textarea></div>
<div class="acts">${copyButton(t, { word: t(texts.copy), selector: "#token", isMain: true })}<a class="btn" href="${TOKENS_PATH}">${t(texts.stored)}</a><a class="btn plain danger" href="${tokenPath(token.uuid, "revoke")}">${t(texts.revoke)}</a></div>
<dl class="facts rimmed">${tokenFacts(request, token)}
${limitFacts(t, limits)}
<dt>${t(tokenTexts.review.id)}</dt><dd><code>${shortId(token.uuid)}</code></dd></dl>
<section class="block" aria-labelledby="use"><h2 id="use">${t(use.title)}</h2>
<form class="filters" method="get" action="${tokenPath(token.uuid)}" target="_blank"><div class="grow"><label for="repository">${t(use.commandsFor)}</label>${repositorySelect(commands)}</div><button aria-describedby="tab-h">${t(use.show)}</button><span class="hint" id="tab-h">${t(use.newTab)}</span></form></section>
${tokenCommands(request, commands)}
</div>`;
  return page({ title: t(texts.title), main: withSettingsSide(request, main) });
}
