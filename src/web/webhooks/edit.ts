import { hasUriCharacters, parseHttpUrl } from "../../model/http-url.ts";
import { Secret } from "../../model/secret.ts";
import { parseWebhookEvent, type Webhook, type WebhookEvent } from "../../model/webhook.ts";
import { withoutPassword } from "../../model/without-password.ts";
import { changeWebhook, createWebhook, removeWebhook } from "../../operations/webhooks/webhooks.ts";
import type { Ports } from "../../ports.ts";
import { isPrivateHost } from "../../webhooks/public-address.ts";
import { webhookTexts } from "../catalogue/webhooks.ts";
import { formText, formTexts, isTicked } from "../forms/form-text.ts";
import { problemsOf } from "../forms/problems-of.ts";
import { type Html, html } from "../html.ts";
import { checkbox, errorSummary, input, type Problem } from "../layout/form.ts";
import { type PageAnswer, type PageRequest, page, redirect } from "../page.ts";
import { flash } from "../pipeline/flash.ts";
import type { HooksOf } from "./hooks-of.ts";

const texts = webhookTexts;
const URL_LENGTH_MAX = 2_048;
const DESCRIPTION_LENGTH_MAX = 1_024;
/** Documented: at most 128 characters. */
const SECRET_LENGTH_MAX = 128;

/** Events that this server never has, by their beginning or whole. They are shown only where a webhook has them. */
const NEVER_SENT = /^(?:issue:|pipeline:)|^(?:repo:transfer|pullrequest:push)$/;
const ALL_EVENTS = Object.keys(texts.eventNames) as WebhookEvent[];

type Values = {
  readonly url: string;
  readonly description: string;
  readonly events: readonly WebhookEvent[];
  readonly isActive: boolean;
  readonly skipsCertificateCheck: boolean;
};

const NEW: Values = {
  url: "",
  description: "",
  events: ["repo:push"],
  isActive: true,
  skipsCertificateCheck: false,
};

/** The form of a new webhook, or of one that there is. */
export function describeHookForm(
  { t, csrf }: PageRequest,
  hooks: HooksOf,
  webhook: Webhook | undefined,
  values: Values = webhook ?? NEW,
  problems: readonly Problem[] = [],
): PageAnswer {
  const form = texts.form;
  const title = t(webhook === undefined ? texts.create : texts.editOf);
  const hasSecret = webhook?.secret !== undefined;
  const secretHint = html`${t(form.secretHint)}${hasSecret && html` ${t(form.secretKept)}`}`;
  return page({
    title: html`${title} · ${hooks.name}`,
    place: hooks.place,
    hasProblems: problems.length > 0,
    ...(problems.length > 0 ? { status: 422 } : {}),
    main: hooks.around(html`<h1>${title}</h1>${errorSummary(t, problems)}
<form method="post" autocomplete="off">${csrf}
${input(t, { name: "url", label: t(texts.address), hint: t(form.urlHint), problems, value: values.url, autocomplete: "off", isLong: true })}
${input(t, { name: "description", label: t(form.description), problems, value: values.description, autocomplete: "off", isOptional: true, isLong: true, more: html` dir="auto"` })}
${input(t, { name: "secret", label: t(form.secret), hint: secretHint, problems, type: "password", autocomplete: "off", isOptional: true })}
${hasSecret && html`<div class="field">${checkbox({ name: "remove-secret", label: t(form.removeSecret) }, false)}</div>`}
${describeEvents(t, hooks, values, problems)}
<div class="field">${checkbox({ name: "active", label: t(form.active), hint: t(form.activeHint) }, values.isActive)}${checkbox({ name: "skips-check", label: t(form.skipsCheck), hint: t(form.skipsCheckHint) }, values.skipsCertificateCheck)}</div>
<div class="acts"><button class="main">${t(webhook === undefined ? form.submitNew : form.submit)}</button></div></form>`),
  });
}

function describeEvents(
  t: PageRequest["t"],
  { subject }: HooksOf,
  { events }: Values,
  problems: readonly Problem[],
): Html {
  const { groups } = texts;
  const ofGroup = (pick: (event: WebhookEvent) => boolean) => ALL_EVENTS.filter(pick);
  const shown: readonly (readonly [Html, readonly WebhookEvent[]])[] = [
    [t(groups.repository), ofGroup((event) => event.startsWith("repo:") && !NEVER_SENT.test(event))],
    [t(groups.pullRequests), ofGroup((event) => event.startsWith("pullrequest:") && !NEVER_SENT.test(event))],
    [
      t(groups.project),
      ofGroup(
        (event) => event.startsWith("project:") && (subject.kind === "workspace" || events.includes(event)),
      ),
    ],
    [t(groups.others), ofGroup((event) => NEVER_SENT.test(event) && events.includes(event))],
  ];
  const problem = problems.find(({ field }) => field === "events");
  return html`<div class="field long${problem === undefined ? "" : " wrong"}" id="events" tabindex="-1">${problem && html`<p class="wrong-text">${problem.message}</p>`}${shown
    .filter(([, names]) => names.length > 0)
    .map(
      ([legend, names]) =>
        html`<fieldset class="after"><legend>${legend}</legend>${names.map((event) =>
          checkbox(
            {
              name: "event",
              label: html`${t(texts.eventNames[event])} <code class="small">${event}</code>`,
            },
            events.includes(event),
            event,
          ),
        )}</fieldset>`,
    )}</div>`;
}

/** Adds a webhook, or changes one. */
export async function saveHook(
  ports: Ports,
  request: PageRequest,
  hooks: HooksOf,
  webhook: Webhook | undefined,
): Promise<PageAnswer> {
  const { form, by, t } = request;
  const values: Values = {
    url: formText(form, "url", URL_LENGTH_MAX + 1),
    description: formText(form, "description", DESCRIPTION_LENGTH_MAX),
    events: formTexts(form, "event").flatMap((text) => parseWebhookEvent(text) ?? []),
    isActive: isTicked(form, "active"),
    skipsCertificateCheck: isTicked(form, "skips-check"),
  };
  const secret = formText(form, "secret");
  const problems: Problem[] = [];
  const urlProblem = urlProblemOf(ports, values.url);
  if (urlProblem !== undefined) problems.push({ field: "url", message: t(urlProblem) });
  if (secret.length > SECRET_LENGTH_MAX)
    problems.push({ field: "secret", message: t(texts.form.secretLength) });
  if (values.events.length === 0) problems.push({ field: "events", message: t(texts.form.chooseEvents) });
  if (problems.length > 0) return describeHookForm(request, hooks, webhook, values, problems);
  const wanted = {
    ...values,
    ...(secret !== ""
      ? { secret: new Secret(secret) }
      : isTicked(form, "remove-secret")
        ? { secret: null }
        : {}),
  };
  try {
    if (webhook === undefined) await createWebhook(ports, by, hooks.subject, hooks.workspaceUuid, wanted);
    // A session has no scopes that an event could lack.
    else await changeWebhook(ports, by, hooks.subject, webhook.uuid, wanted, () => {});
  } catch (error) {
    const found = problemsOf(error, { url: "url", events: "events" }, "url");
    return describeHookForm(request, hooks, webhook, values, found);
  }
  return webhook === undefined
    ? redirect(hooks.path, flash(texts.added))
    : redirect(`${hooks.path}/${webhook.uuid}`, flash(texts.saved));
}

/** The operation decides; these are its reasons in the reader's language. */
function urlProblemOf({ config }: Pick<Ports, "config">, text: string) {
  const url = text.length <= URL_LENGTH_MAX && hasUriCharacters(text) ? parseHttpUrl(text) : undefined;
  if (url === undefined) return texts.form.urlWrong;
  return !config.mayReachPrivateAddresses && isPrivateHost(url.hostname) ? texts.form.urlPrivate : undefined;
}

/** The question before a webhook is deleted. */
export function askToDeleteHook({ t, csrf }: PageRequest, hooks: HooksOf, webhook: Webhook): PageAnswer {
  const { ask } = texts;
  return page({
    title: html`${t(ask.title)} · ${hooks.name}`,
    place: hooks.place,
    main: hooks.around(html`<h1>${t(ask.title)}</h1><p class="lead">${t(ask.text, { url: withoutPassword(webhook.url) })}</p>
<form method="post" class="acts">${csrf}<button class="danger">${t(ask.confirm)}</button><a class="btn" href="${hooks.path}">${t(ask.keep)}</a></form>`),
  });
}

export async function deleteHook({ by }: PageRequest, hooks: HooksOf, webhook: Webhook): Promise<PageAnswer> {
  await removeWebhook(by, webhook);
  return redirect(hooks.path, flash(texts.deleted));
}
