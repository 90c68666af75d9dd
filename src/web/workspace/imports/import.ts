import { Failure } from "../../../model/failure.ts";
import type { RepositoryImport } from "../../../model/repository-import.ts";
import { parseUuid } from "../../../model/uuid.ts";
import { cancelImport, forgetImport } from "../../../operations/imports/start-import.ts";
import type { Ports } from "../../../ports.ts";
import { findImport } from "../../../storage/sql/imports/repository-imports.ts";
import { findRepository } from "../../../storage/sql/repositories/repositories.ts";
import { importTexts } from "../../catalogue/imports.ts";
import { type Hole, type Html, html } from "../../html.ts";
import { importState, stateOf } from "../../layout/import-state.ts";
import { workspacePlace } from "../../layout/place.ts";
import { formatSize } from "../../layout/size.ts";
import { exactTime } from "../../layout/time.ts";
import { repositoryPath, withQuery, workspacePath } from "../../links.ts";
import { page, redirect, type WorkspacePage, type WorkspacePageRequest } from "../../page.ts";
import { flash } from "../../pipeline/flash.ts";
import { formatNumber } from "../../translate.ts";

const texts = importTexts;
const REFRESH_SECONDS = 2;

/** How far an import has come, for who began it. */
export const importProgressPage: WorkspacePage = {
  path: "/{workspace}/workspace/imports/{import_id}",
  subject: "workspace",
  permission: "create-repository",
  async get(ports, request) {
    const { t, workspace, now } = request;
    const one = await getImport(ports, request);
    const state = stateOf(one, now);
    const isUnderWay = state === "running" || state === "cancelling";
    const title = t(texts.one, { name: html`<bdi>${one.name}</bdi>` });
    return page({
      title: html`${title} · ${workspace.slug}`,
      place: workspacePlace(request, "repositories"),
      ...(isUnderWay ? { refreshSeconds: REFRESH_SECONDS } : {}),
      main: html`<div class="head"><h1>${title}</h1>${importState(request, one)}</div>
<p class="lead"><span class="m">${one.source}</span></p>
<div class="flow">${isUnderWay ? describeSteps(request, one) : await describeEnd(ports, request, one)}
<section class="rimmed">${describeFacts(request, one)}</section>
${describeLeftOut(request, one)}${describeActs(request, one, isUnderWay)}</div>`,
    });
  },
  async post(ports, request) {
    const { form, workspace, by } = request;
    const one = await getImport(ports, request);
    const here = workspacePath(workspace, "imports", one.uuid);
    if (form.get("act") === "forget") {
      await forgetImport(ports, by, one);
      return redirect(workspacePath(workspace, "new/import"), flash(texts.forgotten));
    }
    const isCancelled = await cancelImport(ports, by, one);
    return redirect(here, isCancelled ? flash(texts.cancelled) : flash(texts.tooLate, undefined, "warning"));
  },
};

async function getImport(
  { database }: Ports,
  { params, workspace, account }: WorkspacePageRequest,
): Promise<RepositoryImport> {
  const uuid = parseUuid(params.import_id ?? "");
  const owner = { workspaceUuid: workspace.uuid, accountUuid: account!.uuid };
  const found = uuid && (await findImport(database.kysely, owner, uuid));
  if (found === undefined) throw new Failure("not-found", "There is no such import of yours");
  return found;
}

function describeSteps({ t }: WorkspacePageRequest, { outcome }: RepositoryImport): Html {
  const step = outcome.kind === "running" ? outcome.step : "storing";
  const item = (name: "connecting" | "receiving" | "storing") =>
    html`<li${name === step && html` aria-current="step"`}>${t(texts.steps[name])}</li>`;
  return html`<ol class="steps" aria-label="${t(texts.steps.label)}">${item("connecting")}${item("receiving")}${item("storing")}</ol><p class="dim small">${t(texts.running)}</p>`;
}

async function describeEnd(
  { database }: Ports,
  { t, now }: WorkspacePageRequest,
  one: RepositoryImport,
): Promise<Html> {
  const { outcome } = one;
  switch (outcome.kind) {
    case "done": {
      const uuid = outcome.repositoryUuid;
      const repository = uuid && (await findRepository(database.kysely, undefined, { uuid }));
      if (repository === undefined) return html`<p class="note">${t(texts.deleted)}</p>`;
      return html`<p class="note okish">${t(texts.doneText)}</p><p class="acts"><a class="btn main" href="${repositoryPath(repository)}">${t(texts.open, { name: html`<bdi>${repository.name}</bdi>` })}</a></p>`;
    }
    case "cancelled":
      return html`<p class="note">${t(texts.nothingKept)}</p>`;
    case "failed":
      return html`<div class="note warnish"><p><b>${t(texts.problems[outcome.problem])}</b></p>${
        outcome.text !== "" &&
        html`<p class="small">${t(texts.serverSays, { text: html`<span lang="en">${outcome.text}</span>` })}</p>`
      }</div>`;
    case "running":
      return html`${stateOf(one, now) === "cutOff" && html`<p class="note warnish"><b>${t(texts.problems["cut-off"])}</b></p>`}`;
  }
}

function describeFacts(request: WorkspacePageRequest, one: RepositoryImport): Html {
  const { t } = request;
  const fact = (label: Html, value: Hole) => html`<dt>${label}</dt><dd>${value}</dd>`;
  return html`<dl class="facts">${fact(t(texts.received), formatSize(one.receivedBytes))}${fact(
    t(texts.refs),
    one.refCount === undefined ? t(texts.unknown) : formatNumber(one.refCount),
  )}${fact(t(texts.begun), exactTime(request, one.createdAt))}</dl>`;
}

function describeLeftOut({ t }: WorkspacePageRequest, { leftOut }: RepositoryImport): Hole {
  if (leftOut.length === 0) return undefined;
  return html`<section class="block" aria-labelledby="left"><h2 id="left">${t(texts.leftOut)}</h2><ul lang="en">${leftOut.map((line) => html`<li dir="auto">${line}</li>`)}</ul></section>`;
}

function describeActs(
  { t, csrf, workspace }: WorkspacePageRequest,
  one: RepositoryImport,
  isUnderWay: boolean,
): Html {
  const button = (act: "cancel" | "forget", label: Html) =>
    html`<form method="post">${csrf}<input type="hidden" name="act" value="${act}"><button class="danger">${label}</button></form>`;
  if (isUnderWay) return html`<div class="acts">${button("cancel", t(texts.cancel))}</div>`;
  const again = withQuery(workspacePath(workspace, "new/import"), { from: one.uuid });
  return html`<div class="acts">${one.outcome.kind !== "done" && html`<a class="btn" href="${again}">${t(texts.retry)}</a>`}${button("forget", t(texts.forget))}</div>`;
}
