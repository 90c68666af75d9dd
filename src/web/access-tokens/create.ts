import { ACCESS_TOKEN_SCOPES } from "../../model/access-token.ts";
import type { OauthScope } from "../../model/oauth-scope.ts";
import { TOKEN_AGE_DAYS_MAX, TOKEN_NAME_LENGTH_MAX } from "../../model/token.ts";
import { createAccessToken } from "../../operations/access-tokens/access-tokens.ts";
import type { Ports } from "../../ports.ts";
import { accessTokenTexts as texts } from "../catalogue/access-tokens.ts";
import { formText, formTexts } from "../forms/form-text.ts";
import { problemsOf } from "../forms/problems-of.ts";
import { type Html, html } from "../html.ts";
import { choices } from "../layout/choices.ts";
import { checkbox, errorSummary, input, type Problem } from "../layout/form.ts";
import { exactDay } from "../layout/time.ts";
import { type PageAnswer, type PageRequest, page } from "../page.ts";
import { classicScopeHint } from "./scope-list.ts";
import { shownOnce } from "./shown-once.ts";
import type { TokensOf } from "./tokens-of.ts";

const DAY_MS = 86_400_000;
const OFFERED_DAYS = [7, 30, 90, 180, TOKEN_AGE_DAYS_MAX];
/** Long enough to be worth it, short enough to be thought of again. */
const DEFAULT_DAYS = 90;

type Values = { readonly name: string; readonly scopes: readonly OauthScope[]; readonly expires: string };

const NEW: Values = { name: "", scopes: [], expires: String(DEFAULT_DAYS) };

/** The form of a new access token. */
export function describeTokenForm(
  request: PageRequest,
  of: TokensOf,
  values: Values = NEW,
  problems: readonly Problem[] = [],
): PageAnswer {
  const { t, csrf } = request;
  const { form } = texts;
  return page({
    title: html`${t(form.title)} · ${of.name}`,
    place: of.place,
    hasProblems: problems.length > 0,
    ...(problems.length > 0 ? { status: 422 } : {}),
    main: of.around(html`<h1>${t(form.title)}</h1>${errorSummary(t, problems)}<p class="lead">${t(form.lead)}</p>
<form method="post" autocomplete="off">${csrf}
${input(t, { name: "name", label: t(texts.name), hint: t(form.nameHint), problems, value: values.name, autocomplete: "off", more: html` maxlength="${TOKEN_NAME_LENGTH_MAX}" dir="auto"` })}
${describeScopes(request, of, values, problems)}
${choices(t, {
  name: "expires",
  label: t(texts.expires),
  problems,
  value: values.expires,
  options: OFFERED_DAYS.map((days) => ({ value: String(days), label: lengthOf(request, days) })),
})}
<div class="acts"><button class="main">${t(form.submit)}</button><a class="btn" href="${of.path}">${t(form.cancel)}</a></div></form>`),
  });
}

function describeScopes(
  { t }: PageRequest,
  { resource }: TokensOf,
  { scopes }: Values,
  problems: readonly Problem[],
): Html {
  const problem = problems.find(({ field }) => field === "scope");
  return html`<fieldset class="field long${problem && " wrong"}" id="scope" tabindex="-1"><legend>${t(texts.scopes)}</legend><p class="hint">${t(texts.form.scopesHint)}</p>${problem && html`<p class="wrong-text">${problem.message}</p>`}${ACCESS_TOKEN_SCOPES[
    resource.kind
  ].map((scope) =>
    checkbox(
      { name: "scope", label: html`<code class="scope">${scope}</code>`, hint: classicScopeHint(t, scope) },
      scopes.includes(scope),
      scope,
    ),
  )}</fieldset>`;
}

function lengthOf(request: PageRequest, days: number): Html {
  const { t, now } = request;
  const day = exactDay(request, new Date(now.getTime() + days * DAY_MS));
  return t(texts.form.until, { length: t(texts.form.days, { n: days }), day });
}

/** Creates the token and shows it, this once. */
export async function createTokenOf(ports: Ports, request: PageRequest, of: TokensOf): Promise<PageAnswer> {
  const { t, form, by } = request;
  const ticked = formTexts(form, "scope");
  const values: Values = {
    name: formText(form, "name", TOKEN_NAME_LENGTH_MAX + 1),
    scopes: ACCESS_TOKEN_SCOPES[of.resource.kind].filter((scope) => ticked.includes(scope)),
    expires: formText(form, "expires", 10),
  };
  const ageDays = OFFERED_DAYS.find((days) => String(days) === values.expires);
  const problems: Problem[] = [];
  if (values.scopes.length === 0) problems.push({ field: "scope", message: t(texts.form.scopeMissing) });
  if (ageDays === undefined) problems.push({ field: "expires", message: t(texts.form.expiresMissing) });
  if (ageDays === undefined || problems.length > 0) return describeTokenForm(request, of, values, problems);
  try {
    const created = await createAccessToken(ports, by, of.resource, {
      name: values.name,
      scopes: values.scopes,
      lifetimeMs: ageDays * DAY_MS,
    });
    return shownOnce(request, of, created);
  } catch (error) {
    return describeTokenForm(
      request,
      of,
      values,
      problemsOf(error, { name: "name", scope: "scope", expires: "expires" }, "name"),
    );
  }
}
