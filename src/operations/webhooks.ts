import { randomUUID } from "node:crypto";
import { isPrivateHost } from "../jobs/public-address.ts";
import { Failure, invalidField } from "../model/failure.ts";
import { isAscii, parseHttpUrl } from "../model/http-url.ts";
import type { Secret } from "../model/secret.ts";
import type { Uuid } from "../model/uuid.ts";
import type { Webhook, WebhookDelivery, WebhookEvent } from "../model/webhook.ts";
import type { Ports } from "../ports.ts";
import { insertDeliveries } from "../storage/sql/webhook-deliveries.ts";
import {
  deleteWebhook,
  findWebhook,
  insertWebhook,
  listWebhooks,
  updateWebhook,
  type WebhookSubject,
} from "../storage/sql/webhooks.ts";

export type WebhookPorts = Pick<Ports, "config" | "database" | "clock">;

/** Nobody needs more, and each push of the repository looks through them. */
export const WEBHOOKS_MAX = 50;

export type WebhookWishes = {
  readonly url?: string;
  readonly description?: string;
  readonly events?: readonly WebhookEvent[];
  readonly isActive?: boolean;
  readonly skipsCertificateCheck?: boolean;
  /** Null takes the secret away. */
  readonly secret?: Secret | null;
};

/** @throws Failure invalid-input that names the wrong field. */
export async function createWebhook(
  { config, database, clock }: WebhookPorts,
  subject: WebhookSubject,
  workspaceUuid: Uuid,
  wishes: WebhookWishes,
): Promise<Webhook> {
  const webhook: Webhook = {
    uuid: randomUUID() as Uuid,
    workspaceUuid,
    repositoryUuid: subject.kind === "repository" ? subject.uuid : undefined,
    url: requiredUrl(wishes.url, config),
    description: wishes.description ?? "",
    events: requiredEvents(wishes.events),
    isActive: wishes.isActive ?? true,
    secret: wishes.secret ?? undefined,
    skipsCertificateCheck: wishes.skipsCertificateCheck ?? false,
    createdAt: clock(),
  };
  await database.transaction(async (tx) => {
    const { size } = await listWebhooks(tx, subject, { page: 1, pagelen: 1 });
    if (size >= WEBHOOKS_MAX)
      throw new Failure("invalid-input", `Cannot create the webhook: there are ${WEBHOOKS_MAX} already`);
    await insertWebhook(tx, webhook);
  });
  return webhook;
}

export async function changeWebhook(
  { config, database }: WebhookPorts,
  webhook: Webhook,
  wishes: WebhookWishes,
): Promise<Webhook> {
  const changed: Webhook = {
    ...webhook,
    url: wishes.url === undefined ? webhook.url : requiredUrl(wishes.url, config),
    description: wishes.description ?? webhook.description,
    events: wishes.events === undefined ? webhook.events : requiredEvents(wishes.events),
    isActive: wishes.isActive ?? webhook.isActive,
    skipsCertificateCheck: wishes.skipsCertificateCheck ?? webhook.skipsCertificateCheck,
    secret: wishes.secret === undefined ? webhook.secret : (wishes.secret ?? undefined),
  };
  await updateWebhook(database.kysely, changed);
  return changed;
}

/** @throws Failure not-found with `notFoundText`, which is recorded to name the slug and not the id. */
export async function getWebhook(
  { database }: Pick<Ports, "database">,
  subject: WebhookSubject,
  uuid: Uuid | undefined,
  notFoundText: string,
): Promise<Webhook> {
  const webhook = uuid === undefined ? undefined : await findWebhook(database.kysely, subject, uuid);
  if (webhook === undefined) throw new Failure("not-found", notFoundText);
  return webhook;
}

export async function removeWebhook({ database }: Pick<Ports, "database">, webhook: Webhook): Promise<void> {
  await deleteWebhook(database.kysely, webhook.uuid);
}

/**
 * Owes a delivery once more, behind what the webhook is owed already. It is told with the same body, if there was one.
 *
 * @returns the new delivery's id.
 */
export async function redeliver(
  { database, clock, outbox }: Pick<Ports, "database" | "clock" | "outbox">,
  { webhookUuid, eventKey, event, payload }: WebhookDelivery,
): Promise<Uuid> {
  const uuid = randomUUID() as Uuid;
  const again = { uuid, webhookUuid, eventKey, event, payload, createdAt: clock() };
  await insertDeliveries(database.kysely, [again]);
  outbox.wake();
  return uuid;
}

/** It is kept as it was sent. Each delivery parses it as it is parsed here, so what is judged is what is connected to. */
function requiredUrl(text: string | undefined, config: WebhookPorts["config"]): string {
  const url = text === undefined || !isAscii(text) ? undefined : parseHttpUrl(text);
  if (text === undefined || url === undefined) {
    throw invalidField("url", "must be an http or https URL, without spaces and with other letters escaped");
  }
  // Documented: no internal address. What a name leads to is judged at each delivery.
  if (!config.mayReachPrivateAddresses && isPrivateHost(url.hostname)) {
    throw invalidField("url", "must be a public address (the server's operator may allow others)");
  }
  return text;
}

function requiredEvents(events: readonly WebhookEvent[] | undefined): readonly WebhookEvent[] {
  if (events === undefined || events.length === 0) throw invalidField("events", "at least one is needed");
  // Recorded: sorted.
  return [...new Set(events)].sort();
}
