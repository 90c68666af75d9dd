import type { OauthConsumer } from "../../../../model/oauth-consumer.ts";
import type { Secret } from "../../../../model/secret.ts";
import { consumerTexts as texts } from "../../../catalogue/oauth.ts";
import { html } from "../../../html.ts";
import { command, copyButton } from "../../../layout/command.ts";
import { workspacePlace } from "../../../layout/place.ts";
import { type PageAnswer, page, type WorkspacePageRequest } from "../../../page.ts";
import { withWorkspaceSide } from "../with-workspace-side.ts";
import { consumerPath } from "./named-consumer.ts";

/** The answer that has a consumer's secret in it: to the one POST that made it. No cache keeps it. */
export function shownSecretPage(
  request: WorkspacePageRequest,
  consumer: OauthConsumer,
  secret: Secret,
): PageAnswer {
  const { t, workspace, baseUrls } = request;
  const { key, isPrivate } = consumer;
  const shown = texts.shown;
  const ask = `curl -u "${key}:$SECRET" -d grant_type=client_credentials ${baseUrls.html}/site/oauth2/access_token`;
  return page({
    title: html`${t(shown.title)} · ${workspace.slug}`,
    place: workspacePlace(request, "settings"),
    main: withWorkspaceSide(
      request,
      html`<h1>${t(shown.title)}</h1><div class="flow">
<dl class="facts rimmed"><dt>${t(texts.name)}</dt><dd><bdi>${consumer.name}</bdi></dd><dt>${t(texts.key)}</dt><dd><code>${key}</code></dd></dl>
<div class="field long"><label for="secret">${t(texts.secret)}</label><p class="hint" id="secret-h">${t(shown.hint)}</p>
<textarea class="secret" id="secret" rows="2" readonly spellcheck="false" autocomplete="off" aria-describedby="secret-h">${secret.reveal()}</textarea></div>
<div class="acts">${copyButton(t, { word: t(shown.copy), selector: "#secret", isMain: true })}<a class="btn" href="${consumerPath(request, consumer)}">${t(shown.stored)}</a></div>
${isPrivate && html`<section class="block" aria-labelledby="try"><h2 id="try">${t(shown.try)}</h2><p>${t(shown.tryText)}</p>${command(t, ask, t(shown.command))}</section>`}</div>`,
    ),
  });
}
