import { jsonAnswer, noContentAnswer } from "../../http/answer.ts";
import { parsePage, representPage } from "../../http/paging.ts";
import type { WorkspaceRoute } from "../../http/route.ts";

import { parseUuid } from "../../model/uuid.ts";
import type { Workspace } from "../../model/workspace.ts";
import { changeWebhook, createWebhook, getWebhook, removeWebhook } from "../../operations/webhooks.ts";
import type { Ports } from "../../ports.ts";
import { representWebhook } from "../../representations/webhook.ts";
import { listWebhooks } from "../../storage/sql/webhooks.ts";
import { parseWebhookBody, WebhookBody } from "./webhook-body.ts";

const PATH = "/2.0/workspaces/{workspace}/hooks";
const READ = { scopes: ["read:webhook:bitbucket"], oauthScopes: ["webhook"], permission: "own" } as const;
const WRITE = { ...READ, scopes: ["read:webhook:bitbucket", "write:webhook:bitbucket"] } as const;

function subjectOf(workspace: Workspace) {
  return { kind: "workspace", uuid: workspace.uuid } as const;
}

/** Recorded: the text names the slug, not the id that was asked for. */
function find(ports: Ports, workspace: Workspace, uid: string) {
  return getWebhook(ports, subjectOf(workspace), parseUuid(uid), `${workspace.slug} is not a valid hook`);
}

export const listWorkspaceHooksRoute: WorkspaceRoute = {
  ...READ,
  subject: "workspace",
  method: "GET",
  path: PATH,
  async handle({ database }, { workspace, bases, query, url }) {
    const page = parsePage(query, { pagelenDefault: 10, pagelenMax: 100 });
    const { values, size } = await listWebhooks(database.kysely, subjectOf(workspace), page);
    const shown = values.map((webhook) => representWebhook(webhook, workspace, bases));
    return jsonAnswer(200, representPage({ ...page, size, values: shown }, url));
  },
};

export const createWorkspaceHookRoute: WorkspaceRoute<typeof WebhookBody> = {
  ...WRITE,
  subject: "workspace",
  method: "POST",
  path: PATH,
  body: WebhookBody,
  async handle(ports, { workspace, body, bases }) {
    const wishes = parseWebhookBody(body);
    const webhook = await createWebhook(ports, subjectOf(workspace), workspace.uuid, wishes);
    const shown = representWebhook(webhook, workspace, bases);
    return jsonAnswer(201, shown, { location: shown.links.self.href });
  },
};

export const getWorkspaceHookRoute: WorkspaceRoute = {
  ...READ,
  subject: "workspace",
  method: "GET",
  path: `${PATH}/{uid}`,
  async handle(ports, { workspace, params, bases }) {
    return jsonAnswer(200, representWebhook(await find(ports, workspace, params.uid!), workspace, bases));
  },
};

export const updateWorkspaceHookRoute: WorkspaceRoute<typeof WebhookBody> = {
  ...WRITE,
  subject: "workspace",
  method: "PUT",
  path: `${PATH}/{uid}`,
  body: WebhookBody,
  async handle(ports, { workspace, params, body, bases }) {
    const webhook = await find(ports, workspace, params.uid!);
    const changed = await changeWebhook(ports, webhook, parseWebhookBody(body));
    return jsonAnswer(200, representWebhook(changed, workspace, bases));
  },
};

export const deleteWorkspaceHookRoute: WorkspaceRoute = {
  ...READ,
  scopes: ["delete:webhook:bitbucket"],
  subject: "workspace",
  method: "DELETE",
  path: `${PATH}/{uid}`,
  async handle(ports, { workspace, params }) {
    await removeWebhook(ports, await find(ports, workspace, params.uid!));
    return noContentAnswer();
  },
};
