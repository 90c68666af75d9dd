import { isBelow } from "../../../../connect/descriptor.ts";
import { openSharedSecret } from "../../../../connect/shared-secret.ts";
import { writeTokenForApp } from "../../../../connect/token-for-app.ts";
import type { AppFrame, Installation } from "../../../../model/app.ts";
import { bracedUuid } from "../../../../model/uuid.ts";
import { withoutPassword } from "../../../../model/without-password.ts";
import type { Workspace } from "../../../../model/workspace.ts";
import type { Ports } from "../../../../ports.ts";
import { listAppWebhooks } from "../../../../storage/sql/webhooks/webhooks.ts";
import { appTexts as texts } from "../../../catalogue/apps.ts";
import { webhookTexts } from "../../../catalogue/webhooks.ts";
import { type Html, html } from "../../../html.ts";
import { ledger } from "../../../layout/ledger.ts";
import { workspacePlace } from "../../../layout/place.ts";
import { page, type WorkspacePage } from "../../../page.ts";
import { withWorkspaceSide } from "../with-workspace-side.ts";
import { getNamedInstallation } from "./webhooks/hooks-of-app.ts";

/** The pages that an app has for its workspace, each in a frame that reaches nothing of this page. */
export const appPage: WorkspacePage = {
  path: "/{workspace}/workspace/settings/installed-apps/{app_key}",
  subject: "workspace",
  permission: "own",
  async get(ports, request) {
    const { t, workspace, path } = request;
    const found = await getNamedInstallation(ports, request);
    const { descriptor } = found;
    const hooks = await listAppWebhooks(ports.database.kysely, found.uuid);
    const columns = [{ label: t(webhookTexts.history.event) }, { label: t(texts.hooks.address) }];
    const rows = hooks.map(({ uuid, events, url }) => [
      html`<a class="m" href="${path}/webhooks/${uuid}">${events.join(" ")}</a>`,
      html`<span class="m small">${withoutPassword(url)}</span>`,
    ]);
    const frames = await Promise.all(descriptor.frames.map((each) => frameOf(ports, found, workspace, each)));
    return page({
      title: html`${descriptor.name} · ${workspace.slug}`,
      place: workspacePlace(request, "settings"),
      ...(frames.length > 0 ? { frameSources: [new URL(descriptor.baseUrl).origin] } : {}),
      main: withWorkspaceSide(
        request,
        html`<h1><bdi>${descriptor.name}</bdi></h1><p class="lead" dir="auto">${descriptor.description}</p><div class="flow">${frames}${descriptor.otherModules.length > 0 && html`<p class="dim">${t(texts.notShown)} <code>${descriptor.otherModules.join(" ")}</code></p>`}
<section class="block" aria-labelledby="hooks"><h2 id="hooks">${t(texts.hooks.title)}</h2>${rows.length > 0 ? ledger(columns, rows, { isTight: true }) : html`<p class="dim">${t(texts.hooks.none)}</p>`}</section></div>`,
      ),
    });
  },
};

/** What is about a repository or a pull request has nothing to be about here: its parameters stay empty. */
async function frameOf(
  ports: Ports,
  installation: Installation,
  { uuid, slug }: Workspace,
  { name, url, module }: AppFrame,
): Promise<Html> {
  const values: Readonly<Record<string, string>> = {
    "target_user.uuid": bracedUuid(uuid),
    "target_user.username": slug,
    "user.uuid": bracedUuid(installation.accountUuid),
  };
  const filled = url.replace(/\{([\w.]{1,64})\}/g, (_, key: string) => encodeURIComponent(values[key] ?? ""));
  // What is filled in, or is nothing, may make dots of what was a name.
  if (!isBelow(installation.descriptor.baseUrl, filled)) return html``;
  const target = new URL(filled);
  if (installation.descriptor.authentication === "jwt") {
    const secret = await openSharedSecret(ports, installation);
    const signed = { method: "GET", url: target.href } as const;
    target.searchParams.set("jwt", writeTokenForApp(installation, secret, signed, ports.clock()).text);
  }
  return html`<section class="block"><h2><bdi>${name}</bdi> <span class="tag">${module}</span></h2><iframe src="${target.href}" title="${name}" sandbox="allow-scripts allow-forms" referrerpolicy="no-referrer" width="100%" height="480"></iframe></section>`;
}
