import { readInstallationToken } from "../../../../authentication/authenticate-app.ts";
import { parseJsonWebToken } from "../../../../connect/json-web-token.ts";
import { type AppCall, parseAppKey } from "../../../../model/app.ts";
import { Failure } from "../../../../model/failure.ts";
import { Secret } from "../../../../model/secret.ts";
import { changeDevelopmentMode } from "../../../../operations/apps/registered-apps.ts";
import { uninstallApp } from "../../../../operations/apps/uninstall-app.ts";
import type { Ports } from "../../../../ports.ts";
import { listAppCalls } from "../../../../storage/sql/apps/app-calls.ts";
import { findInstallationIn, listInstallations } from "../../../../storage/sql/apps/installations.ts";
import { hasDevelopmentMode } from "../../../../storage/sql/apps/registrations.ts";
import { appTexts as texts } from "../../../catalogue/apps.ts";
import { type Html, html, NOTHING } from "../../../html.ts";
import { empty } from "../../../layout/empty.ts";
import { input, textarea } from "../../../layout/form.ts";
import { ledger } from "../../../layout/ledger.ts";
import { workspacePlace } from "../../../layout/place.ts";
import { timeAgo } from "../../../layout/time.ts";
import { workspacePath } from "../../../links.ts";
import {
  type PageAnswer,
  page,
  redirect,
  type WorkspacePage,
  type WorkspacePageRequest,
} from "../../../page.ts";
import { flash } from "../../../pipeline/flash.ts";
import { withWorkspaceSide } from "../with-workspace-side.ts";
import { block, describeToken, indented } from "./describe-token.ts";

const CALLS_SHOWN_MAX = 50;

/** The apps of a workspace, what was asked of them, and a box that checks their tokens. */
export const installedAppsPage: WorkspacePage = {
  path: "/{workspace}/workspace/settings/installed-apps",
  subject: "workspace",
  permission: "own",
  async get(ports, request) {
    return showApps(ports, request);
  },
  async post(ports, request) {
    const { form, by, workspace, path } = request;
    switch (form.get("action")) {
      case "mode":
        await changeDevelopmentMode(by, workspace, form.get("mode") === "on");
        return redirect(path, flash(texts.mode.changed));
      case "uninstall": {
        const key = parseAppKey(form.get("key") ?? "");
        const found = key && (await findInstallationIn(ports.database.kysely, workspace.uuid, key));
        if (found === undefined) throw new Failure("not-found", "The app is not installed");
        await uninstallApp(ports, by, workspace, found);
        return redirect(path, flash(texts.uninstalled, { name: found.descriptor.name }));
      }
      default:
        return showApps(ports, request, await checkToken(ports, request));
    }
  },
};

/** Nothing is told of a token that is another workspace's. */
async function checkToken(ports: Ports, { t, form, workspace }: WorkspacePageRequest): Promise<Html> {
  const text = (form.get("token") ?? "").trim().replace(/^JWT /i, "");
  const claims = parseJsonWebToken(text)?.claims;
  const shown =
    claims === undefined ? NOTHING : html`<h3>${t(texts.calls.claims)}</h3>${block(indented(claims))}`;
  try {
    const { installation } = await readInstallationToken(ports, new Secret(text), undefined);
    if (installation.workspaceUuid !== workspace.uuid)
      throw new Failure("credential-invalid", "", { detail: "it is of no app in this workspace" });
    return html`<p role="status">${t(texts.check.right)}</p>${shown}`;
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return html`<p class="bad" role="status">${t(texts.check.wrong)} <span lang="en">${String(error.details.detail ?? error.message)}</span></p>${shown}`;
  }
}

async function showApps(
  { database: { kysely } }: Ports,
  request: WorkspacePageRequest,
  checked: Html = NOTHING,
): Promise<PageAnswer> {
  const { t, csrf, workspace } = request;
  const here = workspacePath(workspace, "settings", "installed-apps");
  const [installations, isOn, calls] = await Promise.all([
    listInstallations(kysely, { workspaceUuid: workspace.uuid }),
    hasDevelopmentMode(kysely, workspace.uuid),
    listAppCalls(kysely, workspace.uuid, { limit: CALLS_SHOWN_MAX }),
  ]);
  const rows = installations.map(({ appKey, clientKey, descriptor, state }) => [
    html`<bdi>${descriptor.name}</bdi>${state === "incomplete" && html` <span class="tag">${t(texts.incomplete)}</span>`}<span class="sub m">${descriptor.baseUrl}</span>`,
    html`<code>${clientKey}</code>`,
    html`<span class="m small">${descriptor.scopes.join(" ")}</span>`,
    html`<span class="acts"><a class="btn" href="${here}/${appKey}">${t(texts.open)}<span class="vh"> ${descriptor.name}</span></a><form method="post">${csrf}<input type="hidden" name="key" value="${appKey}"><button class="danger" name="action" value="uninstall">${t(texts.uninstall)}<span class="vh"> ${descriptor.name}</span></button></form></span>`,
  ]);
  const columns = [
    { label: t(texts.name) },
    { label: t(texts.key) },
    { label: t(texts.scopes) },
    { label: t(texts.actions), isEnd: true },
  ];
  return page({
    title: html`${t(texts.title)} · ${workspace.slug}`,
    place: workspacePlace(request, "settings"),
    main: withWorkspaceSide(
      request,
      html`<h1>${t(texts.title)}</h1><p class="lead">${t(texts.lead)}</p>
<div class="flow">${rows.length > 0 ? ledger(columns, rows) : empty(t(texts.none.title), t(texts.none.text))}
<section class="block" aria-labelledby="mode"><h2 id="mode">${t(texts.mode.title)}</h2><p class="hint">${t(texts.mode.hint)}</p>
<form method="post" class="acts">${csrf}<input type="hidden" name="mode" value="${isOn ? "off" : "on"}"><button name="action" value="mode">${t(isOn ? texts.mode.off : texts.mode.on)}</button></form>
${isOn && html`<h3>${t(texts.install)}</h3><form method="get" action="/site/addons/authorize">${input(t, { name: "descriptor_uri", label: t(texts.address), type: "url", autocomplete: "off", problems: [] })}<div class="acts"><button class="main">${t(texts.review)}</button></div></form>`}</section>
<section class="block" aria-labelledby="check"><h2 id="check">${t(texts.check.title)}</h2><form method="post">${csrf}${textarea(t, { name: "token", label: t(texts.check.token), hint: t(texts.check.hint), rows: 4, problems: [] })}<div class="acts"><button name="action" value="check">${t(texts.check.check)}</button></div></form>${checked}</section>
<section class="block" aria-labelledby="calls"><h2 id="calls">${t(texts.calls.title)}</h2>${calls.length === 0 ? html`<p class="dim">${t(texts.calls.none)}</p>` : calls.map((call) => describeCall(request, call))}</section></div>`,
    ),
  });
}

function describeCall(request: WorkspacePageRequest, call: AppCall): Html {
  const { t } = request;
  const { responseStatus, problem, canonicalRequest } = call;
  const lines = (headers: AppCall["requestHeaders"]) =>
    headers.map(([name, value]) => `${name}: ${value}`).join("\n");
  return html`<details class="box"><summary class="bar"><span>${call.kind} <span class="m">${call.appKey ?? ""}</span></span><span class="num">${responseStatus !== undefined && html`<b>${responseStatus}</b> `}${timeAgo(request, call.sentAt)}</span></summary><div class="said flow">
${problem !== undefined && html`<p class="bad" lang="en">${problem}</p>`}<h3>${t(texts.calls.sent)}</h3>${block(`${call.method} ${call.url}\n${lines(call.requestHeaders)}\n\n${call.requestBody ?? ""}`)}
${describeToken(request, call.requestHeaders, canonicalRequest)}
${responseStatus !== undefined && html`<h3>${t(texts.calls.answered)}</h3>${block(`${lines(call.responseHeaders)}\n\n${call.responseBody ?? ""}`)}`}</div></details>`;
}
