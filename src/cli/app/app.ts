import type { Command } from "commander";
import { operatorBy } from "../../authorization/operator-by.ts";
import { type AppKey, type Installation, parseAppKey } from "../../model/app.ts";
import { Failure, invalidField } from "../../model/failure.ts";
import { type AppSource, installApp } from "../../operations/apps/install-app.ts";
import { registerApp, unregisterApp } from "../../operations/apps/registered-apps.ts";
import { uninstallApp } from "../../operations/apps/uninstall-app.ts";
import type { Ports } from "../../ports.ts";
import { listAppCalls } from "../../storage/sql/apps/app-calls.ts";
import { findInstallationIn, listInstallations } from "../../storage/sql/apps/installations.ts";
import { findRegistration } from "../../storage/sql/apps/registrations.ts";
import { findWorkspace } from "../../storage/sql/workspaces/workspaces.ts";
import { createCommand, examples } from "../program.ts";
import { addSettings } from "../start/settings-options.ts";
import { withPorts } from "../start/with-ports.ts";
import { printJson, printLine, printTable, shortInstant } from "../terminal/print.ts";
import { getNamedWorkspace } from "../workspace/named-subjects.ts";

export function createAppCommand(): Command {
  const app = createCommand("app")
    .description("Connect apps: which are installed where, and what was asked of them.")
    .addHelpText(
      "after",
      examples(
        "pail app install --workspace acme http://localhost:3000/atlassian-connect.json",
        "pail app calls --workspace acme",
        "pail app uninstall --workspace acme my-app",
      ),
    );
  addInstall(app);
  addList(app);
  addUninstall(app);
  addRegister(app);
  addUnregister(app);
  addCalls(app);
  return app;
}

type InWorkspace = { readonly workspace: string; readonly json?: true };

function addInstall(app: Command): void {
  const command = app
    .command("install")
    .description("Installs an app in a workspace, or installs it again: it is told, and has to answer.")
    .argument("<app>", "the URL of its descriptor, or its key if it is registered")
    .requiredOption("--workspace <slug>", "the workspace")
    .option("--json", "as a JSON object")
    .addHelpText(
      "after",
      `${examples("pail app install --workspace acme https://app.example.com/atlassian-connect.json")}
For an app on this machine, or with http, set PAIL_WEBHOOK_PRIVATE_TARGETS=true here too, as for the server.
The app is told the server's address: give PAIL_PORT or PAIL_PUBLIC_URL here too, if the server has them.`,
    );
  addSettings(command).action(async (text: string, { workspace: slug, json }: InWorkspace) => {
    const shown = await withPorts(command, async (ports) => {
      const workspace = await getNamedWorkspace(ports, slug);
      return describe(ports, await installApp(ports, operatorBy(ports), workspace, sourceOf(text)));
    });
    if (json) return printJson(shown);
    printLine(`Installed ${shown.key} in ${shown.workspace} as ${shown.client_key}`);
    printLine(`It may: ${shown.scopes.join(" ")}`);
  });
}

function sourceOf(text: string): AppSource {
  return /^https?:/i.test(text)
    ? { kind: "descriptor", url: text }
    : { kind: "registered", appKey: requireKey(text) };
}

/** @throws Failure invalid-input. */
function requireKey(text: string): AppKey {
  const key = parseAppKey(text);
  if (key === undefined) throw invalidField("app", "must be a URL, or a key of letters, digits, -, . and _");
  return key;
}

async function describe({ database }: Pick<Ports, "database">, installation: Installation) {
  const { appKey, clientKey, descriptor, descriptorUrl, workspaceUuid, state, isRegistered } = installation;
  const workspace = await findWorkspace(database.kysely, { uuid: workspaceUuid });
  return {
    key: appKey,
    name: descriptor.name,
    workspace: workspace?.slug ?? workspaceUuid,
    client_key: clientKey,
    state,
    is_registered: isRegistered,
    descriptor_url: descriptorUrl,
    scopes: descriptor.scopes,
    created_on: installation.createdAt.toISOString(),
  };
}

function addList(app: Command): void {
  const command = app
    .command("list")
    .description("Lists the apps that are installed.")
    .option("--workspace <slug>", "only those of this workspace")
    .option("--json", "as a JSON array")
    .addHelpText("after", examples("pail app list", "pail app list --workspace acme --json"));
  addSettings(command).action(async ({ workspace: slug, json }: Partial<InWorkspace>) => {
    const shown = await withPorts(command, async (ports) => {
      const within = slug === undefined ? {} : { workspaceUuid: (await getNamedWorkspace(ports, slug)).uuid };
      const found = await listInstallations(ports.database.kysely, within);
      return Promise.all(found.map((each) => describe(ports, each)));
    });
    if (json) return printJson(shown);
    const rows = shown.map((each) => [
      each.key,
      each.workspace,
      each.state,
      each.client_key,
      each.descriptor_url,
    ]);
    printTable(["key", "workspace", "state", "client key", "descriptor"], rows, "No app is installed");
  });
}

function addUninstall(app: Command): void {
  const command = app
    .command("uninstall")
    .description("Uninstalls an app: it is told, and its tokens and webhooks end whatever it answers.")
    .argument("<key>", "its key")
    .requiredOption("--workspace <slug>", "the workspace")
    .addHelpText("after", examples("pail app uninstall --workspace acme my-app"));
  addSettings(command).action(async (text: string, { workspace: slug }: InWorkspace) => {
    const told = await withPorts(command, async (ports) => {
      const workspace = await getNamedWorkspace(ports, slug);
      const found = await findInstallationIn(ports.database.kysely, workspace.uuid, requireKey(text));
      if (found === undefined)
        throw new Failure("not-found", `${text} is not installed in ${workspace.slug}`);
      return uninstallApp(ports, operatorBy(ports), workspace, found);
    });
    printLine(`Uninstalled ${text}`);
    if (told?.isTaken === false) printLine(`It did not take the call: ${told.problem}`);
  });
}

function addRegister(app: Command): void {
  const command = app
    .command("register")
    .description(
      "Registers an app of a workspace, so that it can be installed by its key, and prints the secret of all its installations, this once.",
    )
    .argument("<url>", "of its descriptor")
    .requiredOption("--workspace <slug>", "the workspace to which it belongs")
    .option("--json", "as a JSON object")
    .addHelpText(
      "after",
      examples("pail app register --workspace acme https://app.example.com/atlassian-connect.json"),
    );
  addSettings(command).action(async (url: string, { workspace: slug, json }: InWorkspace) => {
    const { registration, secret } = await withPorts(command, async (ports) =>
      registerApp(ports, operatorBy(ports), await getNamedWorkspace(ports, slug), url),
    );
    if (json) return printJson({ key: registration.appKey, shared_secret: secret.reveal() });
    printLine(secret.reveal());
  });
}

function addUnregister(app: Command): void {
  const command = app
    .command("unregister")
    .description("Removes an app from those that can be installed by their key. Its installations stay.")
    .argument("<key>", "its key")
    .addHelpText("after", examples("pail app unregister my-app"));
  addSettings(command).action(async (text: string) => {
    await withPorts(command, async (ports) => {
      const found = await findRegistration(ports.database.kysely, requireKey(text));
      if (found === undefined) throw new Failure("not-found", `${text} is not registered`);
      await unregisterApp(operatorBy(ports), found);
    });
    printLine(`Unregistered ${text}`);
  });
}

const CALLS_SHOWN_MAX = 100;

function addCalls(app: Command): void {
  const command = app
    .command("calls")
    .description("Lists what was asked of apps beside their webhooks, newest first. Kept for 30 days.")
    .requiredOption("--workspace <slug>", "the workspace")
    .option("--json", "as a JSON array, with what was sent and answered")
    .addHelpText(
      "after",
      examples("pail app calls --workspace acme", "pail app calls --workspace acme --json"),
    );
  addSettings(command).action(async ({ workspace: slug, json }: InWorkspace) => {
    const calls = await withPorts(command, async (ports) => {
      const { uuid } = await getNamedWorkspace(ports, slug);
      return listAppCalls(ports.database.kysely, uuid, { limit: CALLS_SHOWN_MAX });
    });
    if (json)
      return printJson(
        calls.map((call) => ({
          id: call.uuid,
          sent_on: call.sentAt.toISOString(),
          app: call.appKey ?? null,
          kind: call.kind,
          method: call.method,
          url: call.url,
          canonical_request: call.canonicalRequest ?? null,
          request_headers: call.requestHeaders,
          request_body: call.requestBody ?? null,
          status: call.responseStatus ?? null,
          response_headers: call.responseHeaders,
          response_body: call.responseBody ?? null,
          problem: call.problem ?? null,
        })),
      );
    const rows = calls.map((call) => [
      shortInstant(call.sentAt),
      call.kind,
      call.appKey ?? "",
      call.url,
      String(call.responseStatus ?? ""),
      call.problem ?? "",
    ]);
    printTable(["sent", "kind", "app", "url", "status", "problem"], rows, "No app has been called yet");
  });
}
