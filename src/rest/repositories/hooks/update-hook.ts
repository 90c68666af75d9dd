import { webhookEventRequirement } from "../../../authorization/webhook-event-requirement.ts";
import { jsonAnswer } from "../../../http/server/answer.ts";
import { changeWebhook } from "../../../operations/webhooks/webhooks.ts";
import { representWebhook } from "../../../representations/webhook.ts";
import { getNamedHook } from "./get-hook.ts";
import { type HookOperation, makeRepositoryHookRoute } from "./hook-routes.ts";
import { parseWebhookBody, WebhookBody } from "./webhook-body.ts";

/**
 * Changes the fields that the body names. All events of the changed webhook require their scopes, as at creation (our
 * choice): even those that the body does not change, since a new URL would receive data that the caller may not read.
 */
export const updateHookOperation: HookOperation<typeof WebhookBody> = {
  method: "PUT",
  below: "/{uid}",
  apiTokenScopes: ["read:webhook:bitbucket", "write:webhook:bitbucket"],
  body: WebhookBody,
  async requirementOf(ports, request) {
    const webhook = await getNamedHook(ports, request);
    return webhookEventRequirement(parseWebhookBody(request.body).events ?? webhook.events);
  },
  async handle(ports, request) {
    const { uuid } = await getNamedHook(ports, request);
    const { admission, subject, body } = request;
    const changed = await changeWebhook(ports, request.by, subject, uuid, parseWebhookBody(body), (events) =>
      admission.requireScopes(webhookEventRequirement(events)),
    );
    return jsonAnswer(200, representWebhook(changed, request.shownSubject, request.baseUrls));
  },
};

export const updateRepositoryHookRoute = makeRepositoryHookRoute(updateHookOperation);
