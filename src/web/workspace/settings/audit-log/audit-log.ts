import type { Account } from "../../../../model/account.ts";
import type { AuditDetails, AuditEvent } from "../../../../model/audit.ts";
import { parseUuid, type Uuid } from "../../../../model/uuid.ts";
import { findAccountsByUuids } from "../../../../storage/sql/accounts/accounts.ts";
import { listWorkspaceAuditEvents } from "../../../../storage/sql/audit/workspace-audit.ts";
import { listTexts } from "../../../catalogue/lists.ts";
import { workspaceAuditTexts as texts } from "../../../catalogue/workspace-audit.ts";
import { formText } from "../../../forms/form-text.ts";
import { type Html, html, joined } from "../../../html.ts";
import { empty } from "../../../layout/empty.ts";
import { describeOptions } from "../../../layout/form.ts";
import { workspacePlace } from "../../../layout/place.ts";
import { exactDay } from "../../../layout/time.ts";
import { withQuery, workspacePath } from "../../../links.ts";
import { page, type WorkspacePage, type WorkspacePageRequest } from "../../../page.ts";
import { withWorkspaceSide } from "../with-workspace-side.ts";
import { ACTION_CHOICES, readAuditFilter } from "./audit-query.ts";
import { EXPORTED_MAX } from "./export.ts";

const PAGELEN = 50;
const TEXT_LENGTH_MAX = 200;
const FILTERS = ["from", "to", "who", "action", "on"];

/** What was done in a workspace, for its owners. */
export const auditLogPage: WorkspacePage = {
  path: "/{workspace}/workspace/settings/audit-log",
  subject: "workspace",
  permission: "own",
  async get({ database }, request) {
    const { t, workspace, query } = request;
    const db = database.kysely;
    const filter = readAuditFilter(query);
    const before = /^\d{1,15}$/.test(query.get("before") ?? "") ? Number(query.get("before")) : undefined;
    const asked = { ...filter, workspaceUuid: workspace.uuid, before, limit: PAGELEN + 1 };
    const found = filter === undefined ? [] : await listWorkspaceAuditEvents(db, asked);
    const shown = found.slice(0, PAGELEN);
    const names = await findAccountsByUuids(db, new Set(shown.flatMap(accountsOf)));
    const here = workspacePath(workspace, "settings/audit-log");
    const kept = Object.fromEntries(FILTERS.map((name) => [name, query.get(name) ?? undefined]));
    const isFiltered = FILTERS.some((name) => (query.get(name) ?? "") !== "");
    const exported = (format: string) => withQuery(`${here}/export`, { ...kept, format });
    const clear = html`<a class="btn" href="${here}">${t(listTexts.clear)}</a>`;
    return page({
      title: html`${t(texts.title)} · ${workspace.slug}`,
      place: workspacePlace(request, "settings"),
      isWide: true,
      hasProblems: filter === undefined,
      status: filter === undefined ? 422 : 200,
      main: withWorkspaceSide(
        request,
        html`<div class="head"><h1>${t(texts.title)}</h1><span class="acts"><a href="${exported("csv")}">${t(texts.exportCsv)}</a><a href="${exported("ndjson")}">${t(texts.exportJson)}</a></span></div>
<p class="lead">${t(texts.lead, { workspace: html`<b>${workspace.slug}</b>` })}</p>
<div class="flow">${describeFilters(request)}${
          filter === undefined
            ? empty(t(texts.badDate), undefined, clear)
            : shown.length > 0
              ? describeTable(request, shown, names)
              : isFiltered
                ? empty(t(texts.none.filtered), undefined, clear)
                : empty(t(texts.none.title))
        }</div>${
          shown.length > 0 &&
          html`<nav class="pager" aria-label="${t(listTexts.pages)}"><span class="dim num">${t(texts.shown, { a: shown[0]!.sequence, b: shown.at(-1)!.sequence })}</span><span class="acts">${before !== undefined && html`<a class="btn" href="${withQuery(here, kept)}">${t(texts.newest)}</a>`}${found.length > PAGELEN && html`<a class="btn" rel="next" href="${withQuery(here, { ...kept, before: shown.at(-1)!.sequence })}">${t(texts.older)}</a>`}</span></nav>
<p class="small dim">${t(texts.bounded, { n: EXPORTED_MAX })}</p>`
        }`,
      ),
    });
  },
};

function describeFilters({ t, query }: WorkspacePageRequest): Html {
  const value = (name: string) => formText(query, name, TEXT_LENGTH_MAX);
  const choices = [
    { value: "", label: t(texts.everything) },
    ...ACTION_CHOICES.map((action) => ({
      value: action,
      label: action.endsWith(".") ? `${action}*` : action,
    })),
  ];
  return html`<form class="filters" method="get" role="search"><div><label for="from">${t(texts.from)}</label><input id="from" type="date" name="from" value="${value("from")}"></div><div><label for="to">${t(texts.to)}</label><input id="to" type="date" name="to" value="${value("to")}"></div><div class="grow"><label for="who">${t(texts.who)}</label><input id="who" type="search" name="who" value="${value("who")}" autocomplete="off"></div><div><label for="action">${t(texts.what)}</label><select id="action" name="action">${describeOptions(choices, query.get("action") ?? "")}</select></div><div class="grow"><label for="on">${t(texts.on)}</label><input id="on" type="search" name="on" value="${value("on")}" autocomplete="off"></div><button>${t(listTexts.filter)}</button></form>`;
}

type Names = ReadonlyMap<Uuid, Account>;

function describeTable(request: WorkspacePageRequest, events: readonly AuditEvent[], names: Names): Html {
  const { t } = request;
  const heads = [texts.when, texts.actor, texts.what, texts.on, texts.address].map((head) => t(head));
  return html`<table role="table" class="ledger stack tight log"><thead role="rowgroup"><tr role="row">${heads.map((head) => html`<th role="columnheader" scope="col">${head}</th>`)}</tr></thead><tbody role="rowgroup">
${events.map((event) => {
  const { action } = event;
  const [object, deed] = action.split(".");
  const written = html`${object}.<wbr>${deed}`;
  const what = action === "access.refused" ? html`<span class="bad">${written}</span>` : written;
  return html`<tr role="row"><td role="cell" data-l="${heads[0]}" class="num nowrap"><div>${describeTime(request, event.at)}</div></td><td role="cell" data-l="${heads[1]}"><div>${describeActor(request, event, names)}</div></td><th role="rowheader" scope="row" data-l="${heads[2]}"><div><code>${what}</code></div></th><td role="cell" data-l="${heads[3]}"><div>${describeObject(event, names)}</div></td><td role="cell" data-l="${heads[4]}"><div class="m small">${describeAddress(event)}</div></td></tr>
`;
})}</tbody></table>`;
}

/** The order matters here, so the seconds do too. */
function describeTime(request: WorkspacePageRequest, at: Date): Html {
  return html`${exactDay(request, at)} ${at.toISOString().slice(11, 19)}`;
}

function describeActor({ t }: WorkspacePageRequest, { actor }: AuditEvent, names: Names): Html {
  switch (actor.kind) {
    case "operator":
      return html`<b>${t(texts.operator)}</b><span class="sub nowrap">${t(texts.commandLine)}</span>`;
    case "anonymous":
      return html`<b>${t(texts.anonymous)}</b><span class="sub nowrap">${t(texts.noCredential)}</span>`;
    case "account": {
      const account = names.get(actor.accountUuid);
      const name = account === undefined ? t(texts.gone) : html`<bdi>${account.displayName}</bdi>`;
      const { kind, id } = actor.credential;
      const short = html`<code>${id.slice(0, 8)}</code>`;
      const credential = kind === "session" ? t(texts.session) : t(texts.token, { id: short });
      return html`<b>${name}</b><span class="sub nowrap">${credential}</span>`;
    }
  }
}

function describeObject({ subject, details, affectedAccountUuid }: AuditEvent, names: Names): Html {
  const affected = affectedAccountUuid && names.get(affectedAccountUuid)?.username;
  const parts = [
    affected,
    ...Object.entries(details)
      .filter(([name]) => name !== "workspace_uuid")
      .map(([name, value]) => describeDetail(name, value, names)),
  ].filter((part) => part !== undefined);
  return html`<bdi>${subject.name}</bdi>${subject.kind === "token" && subject.uuid !== undefined && html` <code>${subject.uuid.slice(0, 8)}</code>`}${parts.length > 0 && html`<span class="sub">${joined(parts, " · ")}</span>`}`;
}

/** Accounts by their names; the rest as it was recorded. */
function describeDetail(name: string, value: AuditDetails[string], names: Names): Html | undefined {
  if (value === undefined || value === null || value === "") return undefined;
  if (Array.isArray(value))
    return value.length === 0
      ? undefined
      : html`<span class="m">${name}: ${value.map(withoutSuffix).join(", ")}</span>`;
  const uuid = parseUuid(String(value));
  const account = uuid && names.get(uuid);
  // Whose it is stands before the details.
  if (account !== undefined && name === "account") return undefined;
  return html`<span class="m">${name}: ${account?.username ?? uuid?.slice(0, 8) ?? shortInstant(String(value))}</span>`;
}

/** As scopes are written everywhere else on pages. */
const withoutSuffix = (text: string) => text.replace(/:bitbucket$/, "");

/** An instant to the minute; any other text as it is. */
function shortInstant(text: string): string {
  return text.replace(/^(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2}):[\d.]+Z$/, "$1 $2");
}

/** Where people are when they make tokens of their own is none of the workspace's business. */
function describeAddress({ actor, subject }: AuditEvent): string {
  return actor.kind === "operator" || subject.workspaceUuid === undefined ? "–" : actor.address;
}

function accountsOf({ actor, affectedAccountUuid, details }: AuditEvent): Uuid[] {
  const found = [
    actor.kind === "account" ? actor.accountUuid : undefined,
    affectedAccountUuid,
    ...Object.values(details).map((value) => (typeof value === "string" ? parseUuid(value) : undefined)),
  ];
  return found.filter((uuid) => uuid !== undefined);
}
