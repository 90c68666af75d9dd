import type { TokenWithHistory } from "../../../model/token.ts";
import type { WrittenLimits } from "../../../model/written-limits.ts";
import type { Ports } from "../../../ports.ts";
import { tokenLimitTexts } from "../../catalogue/token-limits.ts";
import { tokenTexts } from "../../catalogue/tokens.ts";
import { type Html, html, NOTHING } from "../../html.ts";
import { exactTime } from "../../layout/time.ts";
import { type AccountPage, type AccountPageRequest, page } from "../../page.ts";
import { withSettingsSide } from "../with-settings-side.ts";
import { derivedTable } from "./derived-table.ts";
import { limitFacts } from "./limit-facts.ts";
import { ownLimits } from "./own-limits.ts";
import { ownTokenOf } from "./own-token.ts";
import { policyWarnings } from "./policy-warnings.ts";
import { tokenFacts } from "./scope-facts.ts";
import { findCommands, repositorySelect, tokenCommands } from "./token-commands.ts";
import { endOf, isLiving, isRotatable, lastUse, shortId, whyEnded } from "./token-facts.ts";
import { TOKENS_PATH, tokenPath } from "./token-paths.ts";

/** What is known of a token, and how it is used. `?shown`: who has just created it asks for it a second time. */
export const tokenPage: AccountPage = {
  path: `${TOKENS_PATH}/{token}`,
  subject: "account",
  async get(ports, request) {
    const { t, query } = request;
    const token = await ownTokenOf(ports, request);
    const wasShown = query.has("shown");
    const title = wasShown ? t(tokenTexts.already.title) : t(tokenTexts.token.title, { name: token.name });
    const heading = wasShown ? title : html`<bdi>${token.name}</bdi>`;
    const main = html`<div class="head"><h1>${heading}</h1>${acts(request, token)}</div>
${wasShown && html`<p class="lead">${t(tokenTexts.already.lead)}</p>`}
<div class="flow">${isLiving(token, request.now) && (await policyWarnings(ports, request, token))}
<dl class="facts rimmed">${facts(request, token, await ownLimits(ports, request, token))}</dl>
${isLiving(token, request.now) && html`${await derivedTable(ports, request, token)}${await usage(ports, request, token)}`}</div>`;
    return page({ title, main: withSettingsSide(request, main) });
  },
};

function acts({ t, now }: AccountPageRequest, token: TokenWithHistory): Html {
  const { already } = tokenTexts;
  const list = html`<a class="btn" href="${TOKENS_PATH}">${t(already.list)}</a>`;
  if (!isLiving(token, now)) return html`<div class="acts">${list}</div>`;
  return html`<div class="acts">${isRotatable(token) && html`<a class="btn" href="${tokenPath(token.uuid, "rotate")}">${t(already.rotate)}</a>`}<a class="btn danger" href="${tokenPath(token.uuid, "revoke")}">${t(already.revoke)}</a>${list}</div>`;
}

function facts(request: AccountPageRequest, token: TokenWithHistory, limits: WrittenLimits): Html {
  const { t, now } = request;
  const texts = tokenTexts.token;
  const end = isLiving(token, now)
    ? NOTHING
    : html`<dt>${t(texts.ended)}</dt><dd>${exactTime(request, endOf(token))}<span class="sub">${whyEnded(request, token)}</span></dd>
`;
  return html`${end}${tokenFacts(request, token)}
${limitFacts(t, limits)}
<dt>${t(tokenTexts.lastUsed)}</dt><dd>${lastUse(request, token)}</dd>
<dt>${t(texts.made)}</dt><dd>${exactTime(request, token.createdAt)}</dd>
<dt>${t(tokenTexts.review.id)}</dt><dd><code>${shortId(token.uuid)}</code></dd>${
    token.successorUuid !== undefined &&
    html`
<dt>${t(texts.successor)}</dt><dd><a href="${tokenPath(token.successorUuid)}"><code>${shortId(token.successorUuid)}</code></a></dd>`
  }${
    token.parentUuid !== undefined &&
    html`
<dt>${t(tokenLimitTexts.children.parent)}</dt><dd><a href="${tokenPath(token.parentUuid)}"><code>${shortId(token.parentUuid)}</code></a></dd>`
  }`;
}

async function usage(ports: Ports, request: AccountPageRequest, { uuid }: TokenWithHistory): Promise<Html> {
  const { t, query } = request;
  const texts = tokenTexts.use;
  const asked = query.get("repository");
  const commands = await findCommands(ports, request, asked);
  return html`<section class="block" aria-labelledby="use"><h2 id="use">${t(texts.title)}</h2>
<form class="filters" method="get" action="${tokenPath(uuid)}"><div class="grow"><label for="repository">${t(texts.commandsFor)}</label>${repositorySelect(commands)}</div><button>${t(texts.show)}</button></form></section>
${tokenCommands(request, commands)}
<p><a href="/-/help/api-tokens">${t(texts.help)}</a></p>`;
}
