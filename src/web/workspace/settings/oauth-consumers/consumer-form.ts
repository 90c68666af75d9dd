import { hasUriCharacters, parseHttpUrl } from "../../../../model/http-url.ts";
import {
  CONSUMER_DESCRIPTION_LENGTH_MAX,
  CONSUMER_NAME_LENGTH_MAX,
  CONSUMER_URL_LENGTH_MAX,
} from "../../../../model/oauth-consumer.ts";
import { OAUTH_SCOPES, type OauthScope, withImplied } from "../../../../model/oauth-scope.ts";
import { parseRedirectUri } from "../../../../model/redirect-uri.ts";
import { textLength } from "../../../../model/text-length.ts";
import type { WantedConsumer } from "../../../../operations/oauth/consumers.ts";
import { consumerTexts as texts } from "../../../catalogue/oauth.ts";
import { oauthScopeTexts } from "../../../catalogue/oauth-scopes.ts";
import { formText, formTexts, isTicked } from "../../../forms/form-text.ts";
import { type Html, html, joined } from "../../../html.ts";
import { checkbox, input, type Problem, textarea } from "../../../layout/form.ts";
import type { WorkspacePageRequest } from "../../../page.ts";
import type { Entry } from "../../../translate.ts";

export const NO_CONSUMER: WantedConsumer = {
  name: "",
  description: "",
  url: undefined,
  callbackUrl: undefined,
  isPrivate: false,
  scopes: [],
};

const GROUPS: readonly (readonly [Entry, (scope: OauthScope) => boolean])[] = [
  [texts.groups.account, (scope) => /^(?:account|email)/.test(scope)],
  [texts.groups.projects, (scope) => scope.startsWith("project")],
  [texts.groups.repositories, (scope) => scope.startsWith("repository")],
  [texts.groups.pullRequests, (scope) => scope.startsWith("pullrequest")],
  [texts.groups.webhooks, (scope) => scope === "webhook"],
];

/** The fields of a consumer. */
export function describeConsumerFields(
  { t }: Pick<WorkspacePageRequest, "t">,
  values: WantedConsumer,
  problems: readonly Problem[],
): Html {
  return html`${input(t, { name: "name", label: t(texts.name), hint: t(texts.nameHint), problems, value: values.name, autocomplete: "off", more: html` dir="auto" maxlength="${CONSUMER_NAME_LENGTH_MAX}"` })}
${textarea(t, { name: "description", label: t(texts.description), problems, value: values.description, rows: 2, isOptional: true })}
${input(t, { name: "callback", label: t(texts.callback), hint: t(texts.callbackHint), problems, value: values.callbackUrl, autocomplete: "off", isOptional: true, isLong: true })}
${input(t, { name: "url", label: t(texts.url), hint: t(texts.urlHint), problems, value: values.url, autocomplete: "off", isOptional: true, isLong: true })}
<div class="field">${checkbox({ name: "private", label: t(texts.isPrivate), hint: t(texts.privateHint) }, values.isPrivate)}</div>
${describeScopes(t, values, problems)}`;
}

function describeScopes(
  t: WorkspacePageRequest["t"],
  { scopes }: WantedConsumer,
  problems: readonly Problem[],
): Html {
  const problem = problems.find(({ field }) => field === "scopes");
  const others = OAUTH_SCOPES.filter((scope) => !GROUPS.some(([, has]) => has(scope)));
  const box = (scope: OauthScope) => {
    const implied = [...withImplied([scope])].filter((each) => each !== scope);
    const names = joined(
      implied.map((each) => html`<code>${each}</code>`),
      ", ",
    );
    const hint = html`${t(oauthScopeTexts[scope])}${implied.length > 0 && html` ${t(texts.includes, { scopes: names })}`}`;
    return checkbox(
      { name: "scope", label: html`<code>${scope}</code>`, hint },
      scopes.includes(scope),
      scope,
    );
  };
  return html`<div class="field long${problem === undefined ? "" : " wrong"}" id="scopes" tabindex="-1"><h2>${t(texts.permissions)}</h2><p class="hint">${t(texts.permissionsHint)}</p>${problem && html`<p class="wrong-text">${problem.message}</p>`}${GROUPS.map(
    ([label, has]) =>
      html`<fieldset class="after"><legend>${t(label)}</legend>${OAUTH_SCOPES.filter(has).map(box)}</fieldset>`,
  )}
<details${others.some((scope) => scopes.includes(scope)) && html` open`}><summary>${t(texts.groups.others)}</summary><fieldset class="after"><legend class="vh">${t(texts.groups.others)}</legend>${others.map(box)}</fieldset></details></div>`;
}

/** What was sent, with what is wrong in it. The operation decides again. */
export function readConsumerForm({ form, t }: Pick<WorkspacePageRequest, "form" | "t">): {
  readonly values: WantedConsumer;
  readonly problems: readonly Problem[];
} {
  const asked = formTexts(form, "scope");
  const values: WantedConsumer = {
    name: formText(form, "name", CONSUMER_NAME_LENGTH_MAX + 1),
    description: formText(form, "description", CONSUMER_DESCRIPTION_LENGTH_MAX),
    url: formText(form, "url", CONSUMER_URL_LENGTH_MAX + 1) || undefined,
    callbackUrl: formText(form, "callback", CONSUMER_URL_LENGTH_MAX + 1) || undefined,
    isPrivate: isTicked(form, "private"),
    scopes: OAUTH_SCOPES.filter((scope) => asked.includes(scope)),
  };
  const { name, url, callbackUrl, scopes } = values;
  const isLong = (text: string) => text.length > CONSUMER_URL_LENGTH_MAX;
  const problems: Problem[] = [];
  if (name === "" || textLength(name) > CONSUMER_NAME_LENGTH_MAX)
    problems.push({ field: "name", message: t(texts.problems.name) });
  if (callbackUrl !== undefined && (isLong(callbackUrl) || parseRedirectUri(callbackUrl) === undefined))
    problems.push({ field: "callback", message: t(texts.problems.callback) });
  if (url !== undefined && (isLong(url) || !hasUriCharacters(url) || parseHttpUrl(url) === undefined))
    problems.push({ field: "url", message: t(texts.problems.url) });
  if (scopes.length === 0) problems.push({ field: "scopes", message: t(texts.problems.scopes) });
  return { values, problems };
}
