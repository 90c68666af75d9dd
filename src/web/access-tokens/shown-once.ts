import type { Secret } from "../../model/secret.ts";
import type { AccessToken } from "../../model/token.ts";
import { accessTokenTexts as texts } from "../catalogue/access-tokens.ts";
import { type Html, html } from "../html.ts";
import { command, copyButton } from "../layout/command.ts";
import { shellWord } from "../layout/shell-word.ts";
import { exactTime } from "../layout/time.ts";
import { type PageAnswer, type PageRequest, page } from "../page.ts";
import { shortId } from "../settings/api-tokens/token-facts.ts";
import { classicScopes } from "./scope-list.ts";
import { questionPath, type TokensOf } from "./tokens-of.ts";

/** The name that goes with an access token in Basic authentication of git. */
const TOKEN_USERNAME = "x-token-auth";

/** The answer that has a token in it: to the one POST that made it. Nothing else ever shows it, and no cache keeps it. */
export function shownOnce(
  request: PageRequest,
  of: TokensOf,
  {
    text,
    token,
    address,
    before,
  }: {
    readonly text: Secret;
    readonly token: AccessToken;
    /** Of the commits that it makes. */
    readonly address: string;
    /** Above the token: what becomes of the old one. */
    readonly before?: Html;
  },
): PageAnswer {
  const { t } = request;
  const { shown } = texts;
  return page({
    title: html`${t(shown.title)} · ${of.name}`,
    place: of.place,
    main: of.around(html`<h1>${t(shown.title)}</h1>${before}
<div class="flow">
<div class="field long"><label for="token"><bdi>${token.name}</bdi></label><p class="hint" id="token-h">${t(shown.hint)}</p>
<textarea class="secret" id="token" rows="6" readonly spellcheck="false" autocomplete="off" aria-describedby="token-h">${text.reveal()}</textarea></div>
<div class="acts">${copyButton(t, { word: t(shown.copy), selector: "#token", isMain: true })}<a class="btn" href="${of.path}">${t(shown.stored)}</a><a class="btn plain danger" href="${questionPath(of, token.uuid, "revoke")}">${t(texts.revoke)}</a></div>
<dl class="facts rimmed"><dt>${t(texts.scopes)}</dt><dd>${classicScopes(token.scopes)}</dd>
<dt>${t(texts.expires)}</dt><dd>${exactTime(request, token.expiresAt)}</dd>
<dt>${t(texts.commits)}</dt><dd class="m">${address}</dd>
<dt>${t(texts.id)}</dt><dd><code>${shortId(token.uuid)}</code></dd></dl>
${usage(request, of, token, address)}</div>`),
  });
}

/** The token is in no command: it is read into a variable, or pasted where git asks for a password. */
function usage(
  { t, baseUrls }: PageRequest,
  { resource }: TokensOf,
  token: AccessToken,
  address: string,
): Html {
  const { shown } = texts;
  const repository =
    resource.kind === "repository"
      ? `${resource.repository.workspace.slug}/${resource.repository.slug}`
      : `${resource.workspace.slug}/REPOSITORY`;
  const identity = `-c user.name=${shellWord(token.name)} -c user.email=${address}`;
  return html`<section class="block" aria-labelledby="use"><h2 id="use">${t(shown.use)}</h2>
<h3>${t(shown.clone)}</h3>${command(t, `git clone ${baseUrls.html.replace("://", `://${TOKEN_USERNAME}@`)}/${repository}.git`, "git clone")}
<h3>${t(shown.commit)}</h3>${command(t, `git ${identity} commit`, "git commit")}
<h3>${t(shown.variable)}</h3>${command(t, "read -rs TOKEN", t(shown.variable))}
<h3>${t(shown.rest)}</h3>${command(t, `curl --header "Authorization: Bearer $TOKEN" '${baseUrls.api}/repositories/${repository}'`, "curl")}</section>`;
}
