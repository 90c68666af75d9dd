import { jsonAnswer, noContentAnswer } from "../../http/answer.ts";
import { parsePage, representPage } from "../../http/paging.ts";
import type { RepositoryRoute } from "../../http/route.ts";
import type { Repository } from "../../model/repository.ts";
import { parseUuid } from "../../model/uuid.ts";
import { changeWebhook, createWebhook, getWebhook, removeWebhook } from "../../operations/webhooks.ts";
import type { Ports } from "../../ports.ts";
import { representWebhook } from "../../representations/webhook.ts";
import { listWebhooks } from "../../storage/sql/webhooks.ts";
import { parseWebhookBody, WebhookBody } from "./webhook-body.ts";

const PATH = "/2.0/repositories/{workspace}/{repo_slug}/hooks";
const READ = { scopes: ["read:webhook:bitbucket"], oauthScopes: ["webhook"], permission: "admin" } as const;
const WRITE = { ...READ, scopes: ["read:webhook:bitbucket", "write:webhook:bitbucket"] } as const;

function subjectOf(repository: Repository) {
  return { kind: "repository", uuid: repository.uuid } as const;
}

/** Recorded: the text names the repository's slug, not the id that was asked for. */
function find(ports: Ports, repository: Repository, uid: string) {
  return getWebhook(ports, subjectOf(repository), parseUuid(uid), `${repository.slug} is not a valid hook`);
}

export const listRepositoryHooksRoute: RepositoryRoute = {
  ...READ,
  subject: "repository",
  method: "GET",
  path: PATH,
  async handle({ database }, { repository, bases, query, url }) {
    const page = parsePage(query, { pagelenDefault: 10, pagelenMax: 100 });
    const { values, size } = await listWebhooks(database.kysely, subjectOf(repository), page);
    const shown = values.map((webhook) => representWebhook(webhook, repository, bases));
    return jsonAnswer(200, representPage({ ...page, size, values: shown }, url));
  },
};

export const createRepositoryHookRoute: RepositoryRoute<typeof WebhookBody> = {
  ...WRITE,
  subject: "repository",
  method: "POST",
  path: PATH,
  body: WebhookBody,
  async handle(ports, { repository, body, bases }) {
    const wishes = parseWebhookBody(body);
    const webhook = await createWebhook(ports, subjectOf(repository), repository.workspace.uuid, wishes);
    const shown = representWebhook(webhook, repository, bases);
    return jsonAnswer(201, shown, { location: shown.links.self.href });
  },
};

export const getRepositoryHookRoute: RepositoryRoute = {
  ...READ,
  subject: "repository",
  method: "GET",
  path: `${PATH}/{uid}`,
  async handle(ports, { repository, params, bases }) {
    return jsonAnswer(200, representWebhook(await find(ports, repository, params.uid!), repository, bases));
  },
};

export const updateRepositoryHookRoute: RepositoryRoute<typeof WebhookBody> = {
  ...WRITE,
  subject: "repository",
  method: "PUT",
  path: `${PATH}/{uid}`,
  body: WebhookBody,
  async handle(ports, { repository, params, body, bases }) {
    const webhook = await find(ports, repository, params.uid!);
    const changed = await changeWebhook(ports, webhook, parseWebhookBody(body));
    return jsonAnswer(200, representWebhook(changed, repository, bases));
  },
};

export const deleteRepositoryHookRoute: RepositoryRoute = {
  ...READ,
  scopes: ["delete:webhook:bitbucket"],
  subject: "repository",
  method: "DELETE",
  path: `${PATH}/{uid}`,
  async handle(ports, { repository, params }) {
    await removeWebhook(ports, await find(ports, repository, params.uid!));
    return noContentAnswer();
  },
};
