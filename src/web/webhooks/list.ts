import { withoutPassword } from "../../model/without-password.ts";
import type { Ports } from "../../ports.ts";
import { listLatestDeliveries } from "../../storage/sql/webhooks/webhook-deliveries.ts";
import { listWebhooks } from "../../storage/sql/webhooks/webhooks.ts";
import { webhookTexts } from "../catalogue/webhooks.ts";
import { type Html, html } from "../html.ts";
import { empty } from "../layout/empty.ts";
import { ledger } from "../layout/ledger.ts";
import { timeAgo } from "../layout/time.ts";
import { type PageAnswer, type PageRequest, page } from "../page.ts";
import { deliveryState } from "./delivery-state.ts";
import type { HooksOf } from "./hooks-of.ts";

const texts = webhookTexts;
/** There are no more of a repository or workspace. */
const PAGELEN = 50;

/** All webhooks of a repository or workspace, with how their latest deliveries went. */
export async function listHooks(
  { database }: Pick<Ports, "database">,
  request: PageRequest,
  hooks: HooksOf,
): Promise<PageAnswer> {
  const { t } = request;
  const { values } = await listWebhooks(database.kysely, hooks.subject, { page: 1, pagelen: PAGELEN });
  const latest = await listLatestDeliveries(
    database.kysely,
    values.map(({ uuid }) => uuid),
  );
  const create = html`<a class="btn main" href="${hooks.path}/new">${t(texts.create)}</a>`;
  const columns = [
    { label: t(texts.address) },
    { label: t(texts.events) },
    { label: t(texts.latest) },
    { label: t(texts.actions), isEnd: true },
  ];
  const rows = values.map((webhook) => {
    const url = withoutPassword(webhook.url);
    const last = latest.get(webhook.uuid);
    const object = html`<span class="vh">${t(texts.object, { name: url })}</span>`;
    const own = `${hooks.path}/${webhook.uuid}`;
    return [
      html`<a class="m" href="${own}">${url}</a>${!webhook.isActive && html` <span class="tag">${t(texts.off)}</span>`}${webhook.description !== "" && html`<span class="sub" dir="auto">${webhook.description}</span>`}`,
      html`<span class="m small">${webhook.events.join(" ")}</span>`,
      last === undefined
        ? html`<span class="dim">${t(texts.never)}</span>`
        : html`${deliveryState(t, last)}<span class="sub">${timeAgo(request, last.createdAt)}</span>`,
      html`<a class="btn plain" href="${own}">${t(texts.deliveries)}${object}</a> <a class="btn plain" href="${own}/edit">${t(texts.edit)}${object}</a> <a class="btn plain danger" href="${own}/delete">${t(texts.delete)}${object}</a>`,
    ];
  });
  return page({
    title: html`${t(texts.title)} · ${hooks.name}`,
    place: hooks.place,
    main: hooks.around(html`<div class="head"><h1>${t(texts.title)}</h1>${values.length > 0 && create}</div><p class="lead">${describeLead(request, hooks)}</p>
${values.length > 0 ? ledger(columns, rows) : empty(t(texts.none.title), t(texts.none.text), create)}`),
  });
}

function describeLead({ t }: PageRequest, { subject, name }: HooksOf): Html {
  return html`${t(texts.lead)}${subject.kind === "workspace" && html` ${t(texts.leadWorkspace, { name: html`<bdi>${name}</bdi>` })}`}`;
}
