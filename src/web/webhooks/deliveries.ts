import { Failure } from "../../model/failure.ts";
import { parseUuid } from "../../model/uuid.ts";
import type { HeaderLine, Webhook, WebhookAttempt, WebhookDelivery } from "../../model/webhook.ts";
import { withoutPassword } from "../../model/without-password.ts";
import { redeliver } from "../../operations/webhooks/webhooks.ts";
import type { Ports } from "../../ports.ts";
import { listAttempts, listLatestDurations } from "../../storage/sql/webhooks/webhook-attempts.ts";
import { findDelivery, listDeliveries } from "../../storage/sql/webhooks/webhook-deliveries.ts";
import { webhookTexts } from "../catalogue/webhooks.ts";
import { current, type Hole, type Html, html, NOTHING } from "../html.ts";
import { empty } from "../layout/empty.ts";
import { ledger } from "../layout/ledger.ts";
import { exactTime, timeAgo } from "../layout/time.ts";
import { withQuery } from "../links.ts";
import { type PageAnswer, type PageRequest, page, redirect } from "../page.ts";
import { flash } from "../pipeline/flash.ts";
import { formatNumber } from "../translate.ts";
import { deliveryState } from "./delivery-state.ts";
import type { HooksOf } from "./hooks-of.ts";

const texts = webhookTexts;
const PAGELEN = 50;
const STATES = ["pending", "delivered", "failed"] as const;
/** Of a payload on a page; 256 KiB is the most that there is. */
const PAYLOAD_SHOWN_MAX = 256 * 1024;

/** What a webhook was told, newest first, by the place in their order. */
export async function listHookDeliveries(
  { database }: Pick<Ports, "database">,
  request: PageRequest,
  hooks: HooksOf,
  webhook: Webhook,
): Promise<PageAnswer> {
  const { t, query } = request;
  const { history } = texts;
  const own = `${hooks.path}/${webhook.uuid}`;
  const state = STATES.find((each) => each === query.get("state"));
  const [before, after] = [placeOf(query.get("before")), placeOf(query.get("after"))];
  const found = await listDeliveries(database.kysely, webhook.uuid, PAGELEN + 1, { before, after, state });
  const hasMore = found.length > PAGELEN;
  // The one beyond the page is at its far end.
  const shown = !hasMore ? found : after === undefined ? found.slice(0, PAGELEN) : found.slice(1);
  const durations = await listLatestDurations(
    database.kysely,
    shown.map(({ uuid }) => uuid),
  );
  const columns = [
    { label: t(history.event) },
    { label: t(history.state) },
    { label: t(history.status) },
    { label: t(history.attempts), isEnd: true },
    { label: t(history.duration), isEnd: true },
    { label: t(history.created), isEnd: true },
  ];
  const rows = shown.map((delivery) => {
    const ms = durations.get(delivery.uuid);
    return [
      html`<a class="m" href="${own}/deliveries/${delivery.uuid}">${delivery.eventKey}</a>`,
      deliveryState(t, delivery),
      html`${delivery.responseStatus ?? ""}${delivery.problem !== undefined && html`<span class="sub" lang="en">${delivery.problem}</span>`}`,
      html`<span class="num">${delivery.attempts}</span>`,
      ms !== undefined && html`<span class="num">${t(history.ms, { n: formatNumber(ms) })}</span>`,
      timeAgo(request, delivery.createdAt),
    ];
  });
  const isFirst = before === undefined && (after === undefined || !hasMore);
  const isLast = after === undefined && !hasMore;
  const pages = { state, isFirst, isLast, shown, own };
  return page({
    title: html`${t(history.title)} · ${hooks.name}`,
    place: hooks.place,
    main: hooks.around(html`<div class="head"><h1>${t(history.title)}</h1>${hooks.isFixed !== true && html`<span class="acts"><a class="btn" href="${own}/edit">${t(texts.editOf)}</a></span>`}</div>
<p class="lead">${t(history.lead, { url: withoutPassword(webhook.url) })}</p>
<nav class="counts" aria-label="${t(history.filter)}"><a href="${own}"${current(state === undefined, "true")}>${t(history.all)}</a>${STATES.map((each) => html`<a href="${withQuery(own, { state: each })}"${current(state === each, "true")}>${t(texts.states[each])}</a>`)}</nav>
${shown.length > 0 ? ledger(columns, rows, { isTight: true }) : empty(t(state === undefined ? history.none : history.noneOf))}${describePager(t, pages)}`),
  });
}

function placeOf(text: string | null): number | undefined {
  return text !== null && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

function describePager(
  t: PageRequest["t"],
  {
    state,
    isFirst,
    isLast,
    shown,
    own,
  }: {
    readonly state: WebhookDelivery["state"] | undefined;
    readonly isFirst: boolean;
    readonly isLast: boolean;
    readonly shown: readonly WebhookDelivery[];
    readonly own: string;
  },
): Html {
  const [first, last] = [shown[0], shown.at(-1)];
  if (first === undefined || last === undefined || (isFirst && isLast)) return NOTHING;
  const { history } = texts;
  return html`<nav class="pager" aria-label="${t(history.title)}"><span></span><span class="acts">${!isFirst && html`<a class="btn" rel="prev" href="${withQuery(own, { state, after: first.sequence })}">${t(history.newer)}</a>`}${!isLast && html`<a class="btn" rel="next" href="${withQuery(own, { state, before: last.sequence })}">${t(history.older)}</a>`}</span></nav>`;
}

/** @throws Failure not-found. */
async function getDelivery(
  { database }: Pick<Ports, "database">,
  { params }: PageRequest,
  webhook: Webhook,
): Promise<WebhookDelivery> {
  const uuid = parseUuid(params.delivery_id ?? "");
  const found = uuid && (await findDelivery(database.kysely, webhook.uuid, uuid));
  if (found === undefined) throw new Failure("not-found", "There is no such delivery");
  return found;
}

/** One delivery: what was sent, what was answered, attempt by attempt. */
export async function describeDelivery(
  ports: Pick<Ports, "database">,
  request: PageRequest,
  hooks: HooksOf,
  webhook: Webhook,
): Promise<PageAnswer> {
  const { t, csrf } = request;
  const { one, history } = texts;
  const delivery = await getDelivery(ports, request, webhook);
  const attempts = await listAttempts(ports.database.kysely, delivery.uuid);
  const title = t(one.title, { event: html`<span class="m">${delivery.eventKey}</span>` });
  const fact = (label: Html, value: Hole) => html`<dt>${label}</dt><dd>${value}</dd>`;
  return page({
    title: html`${title} · ${hooks.name}`,
    place: hooks.place,
    main: hooks.around(html`<div class="head"><h1>${title}</h1><span class="acts">${deliveryState(t, delivery)}<form method="post">${csrf}<button class="main">${t(one.redeliver)}</button></form></span></div>
<div class="flow"><section class="rimmed"><dl class="facts">${fact(t(one.id), html`<code>${delivery.uuid}</code>`)}${fact(t(history.created), exactTime(request, delivery.createdAt))}${fact(t(history.attempts), delivery.attempts)}${delivery.responseStatus !== undefined && fact(t(history.status), delivery.responseStatus)}${delivery.problem !== undefined && fact(t(one.problem), html`<span lang="en">${delivery.problem}</span>`)}</dl></section>
${attempts.length === 0 && html`<p class="dim">${t(delivery.attempts === 0 ? one.noAttempt : one.noAttemptKept)}</p>`}
${attempts.length > 0 && html`<section class="block" aria-labelledby="attempts"><h2 id="attempts">${t(history.attempts)}</h2>${[...attempts].reverse().map((attempt, index) => describeAttempt(request, hooks, attempt, index === 0))}</section>`}
<section class="block" aria-labelledby="payload"><h2 id="payload">${t(one.payload)}</h2>${
      delivery.payload === undefined
        ? html`<p class="dim">${t(one.noPayload)}</p>`
        : html`<p class="hint">${t(one.payloadHint)}</p><div class="cmd"><pre tabindex="0">${indented(delivery.payload)}</pre></div>`
    }</section></div>`),
  });
}

function describeAttempt(
  request: PageRequest,
  { describeSigned }: HooksOf,
  attempt: WebhookAttempt,
  isOpen: boolean,
): Html {
  const { t } = request;
  const { one, history } = texts;
  const { responseStatus, responseBody } = attempt;
  return html`<details class="box"${isOpen && html` open`}><summary class="bar"><span>${t(one.attempt, { n: attempt.number })}</span><span class="num">${responseStatus !== undefined && html`<b>${responseStatus}</b> `}${t(history.ms, { n: formatNumber(attempt.durationMs) })}</span></summary><div class="said flow">
<p>${t(one.sentTo)} <span class="m">${attempt.url}</span> <span class="dim">${exactTime(request, attempt.sentAt)}</span></p>
${attempt.problem !== undefined && html`<p class="bad" lang="en">${attempt.problem}</p>`}
<h3>${t(one.requestHeaders)}</h3>${headers(attempt.requestHeaders)}${attempt.requestHeaders.some(([name]) => name === "x-hub-signature") && html`<p class="hint">${t(one.signed)}</p>`}${describeSigned?.(attempt)}
${responseStatus !== undefined && html`<h3>${t(one.responseHeaders)}</h3>${headers(attempt.responseHeaders)}<h3>${t(one.responseBody)}</h3>${responseBody === undefined || responseBody === "" ? html`<p class="dim">${t(one.emptyBody)}</p>` : html`<div class="cmd"><pre tabindex="0">${responseBody}</pre></div>`}${attempt.isBodyCut && html`<p class="hint">${t(one.cut)}</p>`}`}
</div></details>`;
}

function headers(lines: readonly HeaderLine[]): Html {
  const text = lines.map(([name, value]) => `${name}: ${value}`).join("\n");
  return html`<div class="cmd"><pre tabindex="0">${text}</pre></div>`;
}

/** JSON as people read it. What is none is shown as it is. */
function indented(payload: string): string {
  try {
    return JSON.stringify(JSON.parse(payload), null, 2).slice(0, PAYLOAD_SHOWN_MAX);
  } catch {
    return payload.slice(0, PAYLOAD_SHOWN_MAX);
  }
}

/** Delivers once more, and goes to the new delivery. */
export async function deliverAgain(
  ports: Pick<Ports, "database" | "newUuid">,
  request: PageRequest,
  hooks: HooksOf,
  webhook: Webhook,
): Promise<PageAnswer> {
  const delivery = await getDelivery(ports, request, webhook);
  const uuid = await redeliver(ports, request.by, delivery);
  return redirect(`${hooks.path}/${webhook.uuid}/deliveries/${uuid}`, flash(texts.one.redelivered));
}
