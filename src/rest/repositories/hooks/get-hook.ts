import { jsonAnswer } from "../../../http/server/answer.ts";
import { parseUuid } from "../../../model/uuid.ts";
import type { Webhook } from "../../../model/webhook.ts";
import { getWebhook } from "../../../operations/webhooks/webhooks.ts";
import type { Ports } from "../../../ports.ts";
import { representWebhook } from "../../../representations/webhook.ts";
import { type HookOperation, type HookRequest, makeRepositoryHookRoute } from "./hook-routes.ts";

export const getHookOperation: HookOperation = {
  method: "GET",
  below: "/{uid}",
  apiTokenScopes: ["read:webhook:bitbucket"],
  async handle(ports, request) {
    const webhook = await getNamedHook(ports, request);
    return jsonAnswer(200, representWebhook(webhook, request.shownSubject, request.baseUrls));
  },
};

export const getRepositoryHookRoute = makeRepositoryHookRoute(getHookOperation);

/**
 * The webhook that the URL names.
 *
 * @throws Failure not-found. Recorded: its text names the slug, and not the id that was asked for.
 */
export function getNamedHook(
  ports: Pick<Ports, "database">,
  { subject, shownSubject, params }: Pick<HookRequest, "subject" | "shownSubject" | "params">,
): Promise<Webhook> {
  return getWebhook(ports, subject, parseUuid(params.uid!), `${shownSubject.slug} is not a valid hook`);
}
