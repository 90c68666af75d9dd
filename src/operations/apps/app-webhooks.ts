import type { Kysely } from "kysely";
import { webhookEventRequirement } from "../../authorization/webhook-event-requirement.ts";
import type { AppDescriptor, Installation } from "../../model/app.ts";
import type { OauthScope } from "../../model/oauth-scope.ts";
import { compareScopes } from "../../model/scope-set.ts";
import type { Uuid } from "../../model/uuid.ts";
import { WEBHOOK_EVENTS, type WebhookEvent } from "../../model/webhook.ts";
import type { Ports } from "../../ports.ts";
import type { Schema } from "../../storage/sql/schema.ts";
import {
  deleteWebhook,
  insertWebhook,
  listAppWebhooks,
  updateWebhook,
} from "../../storage/sql/webhooks/webhooks.ts";

/** One event and where it is sent: a webhook of its own, since each event has a UUID of its own (recorded). */
export type AppSubscription = { readonly event: WebhookEvent; readonly url: string };

/** The events that a descriptor subscribes to, and that its scopes let it hear. Each once for an address. */
export function subscriptionsOf({
  webhooks,
  scopes,
}: Pick<AppDescriptor, "webhooks" | "scopes">): readonly AppSubscription[] {
  const all = new Map<string, AppSubscription>();
  for (const { event, url } of webhooks) {
    for (const each of event === "*" ? WEBHOOK_EVENTS : [event])
      if (mayHear(scopes, each)) all.set(`${each} ${url}`, { event: each, url });
  }
  return [...all.values()];
}

export function mayHear(scopes: readonly OauthScope[], event: WebhookEvent): boolean {
  const set = { vocabulary: "oauth", granted: scopes } as const;
  return compareScopes(webhookEventRequirement([event]), set).missing.length === 0;
}

/**
 * Gives an installation the webhooks of its descriptor. One that is there keeps its UUID, and its deliveries; so does one
 * whose address alone has changed.
 */
export async function replaceAppWebhooks(
  tx: Kysely<Schema>,
  { newUuid }: Pick<Ports, "newUuid">,
  installation: Pick<Installation, "uuid" | "workspaceUuid" | "descriptor">,
  createdAt: Date,
): Promise<void> {
  const wanted = new Map<string, AppSubscription>();
  for (const each of subscriptionsOf(installation.descriptor)) wanted.set(`${each.event} ${each.url}`, each);
  const spare: { readonly uuid: Uuid; readonly event: WebhookEvent }[] = [];
  for (const { uuid, events, url } of await listAppWebhooks(tx, installation.uuid)) {
    if (!wanted.delete(`${events[0]} ${url}`)) spare.push({ uuid, event: events[0]! });
  }
  for (const { event, url } of wanted.values()) {
    const index = spare.findIndex((each) => each.event === event);
    if (index !== -1) await updateWebhook(tx, spare.splice(index, 1)[0]!.uuid, { url });
    else
      await insertWebhook(tx, {
        uuid: newUuid(),
        workspaceUuid: installation.workspaceUuid,
        repositoryUuid: undefined,
        url,
        description: "",
        events: [event],
        isActive: true,
        secret: undefined,
        skipsCertificateCheck: false,
        createdAt,
        installationUuid: installation.uuid,
      });
  }
  for (const { uuid } of spare) await deleteWebhook(tx, uuid);
}
