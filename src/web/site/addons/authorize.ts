import { isBelow } from "../../../connect/descriptor.ts";
import { openSharedSecret } from "../../../connect/shared-secret.ts";
import { writeTokenForApp } from "../../../connect/token-for-app.ts";
import { parseAppKey } from "../../../model/app.ts";
import { Failure } from "../../../model/failure.ts";
import { OAUTH_SCOPES } from "../../../model/oauth-scope.ts";
import { parseWorkspaceSlug } from "../../../model/slug.ts";
import { viewerOf } from "../../../model/who-acts.ts";
import type { Workspace } from "../../../model/workspace.ts";
import { type AppSource, installApp, reviewApp } from "../../../operations/apps/install-app.ts";
import type { Ports } from "../../../ports.ts";
import { hasDevelopmentMode } from "../../../storage/sql/apps/registrations.ts";
import { findWorkspace, listWorkspacesOf } from "../../../storage/sql/workspaces/workspaces.ts";
import { appTexts } from "../../catalogue/apps.ts";
import { problemsOf } from "../../forms/problems-of.ts";
import { html } from "../../html.ts";
import { errorSummary, type Problem, select } from "../../layout/form.ts";
import { workspacePath } from "../../links.ts";
import { type AccountPage, type AccountPageRequest, type PageAnswer, page, redirect } from "../../page.ts";
import { flash } from "../../pipeline/flash.ts";
import { askedScopes } from "../oauth2/asked-scopes.ts";

const texts = appTexts.ask;
const WORKSPACES_MAX = 100;

/**
 * Where a link of an app's own site leads, to install the app: contract, auth-beyond-tokens.md §3.3. The workspace is chosen first,
 * since the descriptor is read in its name; then what the app asks for is shown.
 */
export const authorizeAppPage: AccountPage = {
  path: "/site/addons/authorize",
  subject: "account",
  async get(ports, request) {
    return chooseWorkspace(ports, request, []);
  },
  async post(ports, request) {
    const { form, query, by, t } = request;
    const source = sourceOf(query);
    if (source === undefined) return chooseWorkspace(ports, request, []);
    try {
      const workspace = await ownedWorkspace(ports, request);
      await requireMode(ports, workspace, source);
      const redirectUri = query.get("redirect_uri") ?? undefined;
      if (form.get("action") !== "grant")
        return await askForConsent(ports, request, workspace, source, redirectUri);
      const agreed = (form.get("scopes") ?? "").split(" ");
      const installation = await installApp(
        ports,
        by,
        workspace,
        source,
        OAUTH_SCOPES.filter((scope) => agreed.includes(scope)),
      );
      const { descriptor, clientKey } = installation;
      if (redirectUri !== undefined && isBelow(descriptor.baseUrl, redirectUri)) {
        const target = new URL(redirectUri);
        target.searchParams.set("client_key", clientKey);
        return redirect(target.href);
      }
      if (descriptor.postInstallRedirect !== undefined) {
        const target = new URL(descriptor.postInstallRedirect);
        const signed = { method: "GET", url: target.href } as const;
        const secret = await openSharedSecret(ports, installation);
        target.searchParams.set("jwt", writeTokenForApp(installation, secret, signed, ports.clock()).text);
        return redirect(target.href);
      }
      return redirect(
        workspacePath(workspace, "settings", "installed-apps"),
        flash(texts.done, { name: descriptor.name }),
      );
    } catch (error) {
      if (error instanceof Failure && error.message === MODE_NEEDED)
        return chooseWorkspace(ports, request, [{ field: "workspace", message: t(appTexts.mode.needed) }]);
      return chooseWorkspace(ports, request, problemsOf(error, {}, "workspace"));
    }
  },
};

const MODE_NEEDED = "Development mode of the workspace is off";

/** Undefined: neither, or both. */
function sourceOf(query: URLSearchParams): AppSource | undefined {
  const [url, key] = [query.get("descriptor_uri"), parseAppKey(query.get("addon_key") ?? "")];
  if (url !== null) return query.has("addon_key") ? undefined : { kind: "descriptor", url };
  return key && { kind: "registered", appKey: key };
}

async function requireMode(ports: Ports, { uuid }: Workspace, source: AppSource): Promise<void> {
  if (source.kind === "descriptor" && !(await hasDevelopmentMode(ports.database.kysely, uuid)))
    throw new Failure("invalid-input", MODE_NEEDED);
}

async function ownedWorkspace(
  { database }: Ports,
  { form, admission }: AccountPageRequest,
): Promise<Workspace> {
  const text = form.get("workspace") ?? "";
  const slug = parseWorkspaceSlug(text);
  const found = slug && (await findWorkspace(database.kysely, { slug }));
  return admission.admitToWorkspace(found, text, "own");
}

async function chooseWorkspace(
  { database }: Ports,
  request: AccountPageRequest,
  problems: readonly Problem[],
): Promise<PageAnswer> {
  const { t, csrf, caller, query, form } = request;
  const title = t(texts.title);
  if (sourceOf(query) === undefined)
    return page({ title, status: 400, main: html`<h1>${title}</h1><p class="lead">${t(texts.oneOf)}</p>` });
  const viewer = viewerOf(caller);
  const asked = { administrator: true, page: 1, pagelen: WORKSPACES_MAX };
  const { values } = await listWorkspacesOf(database.kysely, viewer, asked);
  const options = values.map(({ workspace: { slug, name } }) => ({
    value: slug,
    label: html`${name} (${slug})`,
  }));
  return page({
    title,
    hasProblems: problems.length > 0,
    ...(problems.length > 0 ? { status: 422 } : {}),
    main: html`<h1>${title}</h1><p class="lead"><code>${query.get("descriptor_uri") ?? query.get("addon_key")}</code></p>${errorSummary(t, problems)}
${options.length === 0 ? html`<p>${t(texts.noWorkspace)}</p>` : html`<form method="post">${csrf}${select(t, { name: "workspace", label: t(texts.workspace), problems, value: form.get("workspace") ?? undefined, options })}<div class="acts"><button class="main">${t(appTexts.review)}</button></div></form>`}`,
  });
}

async function askForConsent(
  ports: Ports,
  request: AccountPageRequest,
  workspace: Workspace,
  source: AppSource,
  redirectUri: string | undefined,
): Promise<PageAnswer> {
  const { t, csrf, by } = request;
  const { descriptor } = await reviewApp(ports, by, workspace, source);
  const { baseUrl, scopes, name } = descriptor;
  if (redirectUri !== undefined && !isBelow(baseUrl, redirectUri))
    return chooseWorkspace(ports, request, [{ field: "workspace", message: t(texts.elsewhere) }]);
  const { origin, hostname, protocol } = new URL(baseUrl);
  return page({
    title: t(texts.title),
    // An IPv6 address is no source of CSP: for it there is the scheme alone.
    formTargets: [hostname.startsWith("[") ? protocol : origin],
    main: html`<h1><bdi>${name}</bdi></h1><p class="lead" dir="auto">${descriptor.description}</p>
<form method="post">${csrf}<input type="hidden" name="workspace" value="${workspace.slug}"><input type="hidden" name="scopes" value="${scopes.join(" ")}">
<dl class="facts rimmed"><dt>${t(texts.workspace)}</dt><dd><bdi>${workspace.name}</bdi></dd><dt>${t(texts.from)}</dt><dd><code>${baseUrl}</code></dd><dt>${t(texts.may)}</dt><dd>${askedScopes(t, scopes)}</dd>${redirectUri !== undefined && html`<dt>${t(texts.goesTo)}</dt><dd><code>${redirectUri}</code></dd>`}</dl>
<div class="acts after"><button class="main" name="action" value="grant">${t(texts.grant)}</button></div></form>`,
  });
}
