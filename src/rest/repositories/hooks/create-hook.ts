import { webhookEventRequirement } from "../../../authorization/webhook-event-requirement.ts";
import { jsonAnswer } from "../../../http/server/answer.ts";
import { createWebhook } from "../../../operations/webhooks/webhooks.ts";
import { representWebhook } from "../../../representations/webhook.ts";
import { type HookOperation, makeRepositoryHookRoute } from "./hook-routes.ts";
import { parseWebhookBody, WebhookBody } from "./webhook-body.ts";

export const createHookOperation: HookOperation<typeof WebhookBody> = {
  method: "POST",
  below: "",
  apiTokenScopes: ["read:webhook:bitbucket", "write:webhook:bitbucket"],
  body: WebhookBody,
  requirementOf: async (_ports, { body }) => webhookEventRequirement(parseWebhookBody(body).events ?? []),
  async handle(ports, { by, subject, shownSubject, workspace, body, baseUrls }) {
    const webhook = await createWebhook(ports, by, subject, workspace.uuid, parseWebhookBody(body));
    const shown = representWebhook(webhook, shownSubject, baseUrls);
    return jsonAnswer(201, shown, { location: shown.links.self.href });
  },
};

export const createRepositoryHookRoute = makeRepositoryHookRoute(createHookOperation);
