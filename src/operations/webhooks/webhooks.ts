import { Failure, invalidField } from "../../model/failure.ts";
import { hasUriCharacters, parseHttpUrl } from "../../model/http-url.ts";
import type { Secret } from "../../model/secret.ts";
import type { Uuid } from "../../model/uuid.ts";
import type { Webhook, WebhookDelivery, WebhookEvent } from "../../model/webhook.ts";
import type { By, Ports } from "../../ports.ts";
import { TAKES_ACCESS } from "../../storage/sql/transaction-options.ts";
import {
  deleteWebhook,
  findWebhook,
  insertWebhook,
  listWebhooks,
  updateWebhook,
  type WebhookChanges,
  type WebhookSubject,
} from "../../storage/sql/webhooks/webhooks.ts";
import { isPrivateHost } from "../../webhooks/public-address.ts";

export type WebhookPorts = Pick<Ports, "config" | "database" | "clock" | "newUuid">;

/** Our choice: each push of the repository reads all of them. */
export const WEBHOOKS_MAX = 50;

export type WebhookInput = {
  readonly url?: string;
  readonly description?: string;
  readonly events?: readonly WebhookEvent[];
  readonly isActive?: boolean;
  readonly skipsCertificateCheck?: boolean;
  /** Null removes the secret. */
  readonly secret?: Secret | null;
};

/** @throws Failure invalid-input that names the wrong field. */
export async function createWebhook(
  { config, clock, newUuid }: WebhookPorts,
  by: By,
  subject: WebhookSubject,
  workspaceUuid: Uuid,
  input: WebhookInput,
): Promise<Webhook> {
  const webhook: Webhook = {
    uuid: newUuid(),
    workspaceUuid,
    repositoryUuid: subject.kind === "repository" ? subject.uuid : undefined,
    url: requiredUrl(input.url, config),
    description: input.description ?? "",
    events: requiredEvents(input.events),
    isActive: input.isActive ?? true,
    secret: input.secret ?? undefined,
    skipsCertificateCheck: input.skipsCertificateCheck ?? false,
    createdAt: clock(),
  };
  await by.transaction(async (tx) => {
    const { size } = await listWebhooks(tx, subject, { page: 1, pagelen: 1 });
    if (size >= WEBHOOKS_MAX)
      throw new Failure("invalid-input", `Cannot create the webhook: there are ${WEBHOOKS_MAX} already`);
    await insertWebhook(tx, webhook);
  });
  return webhook;
}

/**
 * Changes the given fields, and leaves the others as they are in the database at that time.
 *
 * @param mayHear called with the events that the webhook has afterwards; throws for those that the caller may not
 * receive.
 * @throws Failure invalid-input that names the wrong field, not-found if the webhook has just been deleted.
 */
export async function changeWebhook(
  { config }: WebhookPorts,
  by: By,
  subject: WebhookSubject,
  uuid: Uuid,
  input: WebhookInput,
  mayHear: (events: readonly WebhookEvent[]) => void,
): Promise<Webhook> {
  const { url, events, secret, ...others } = input;
  const changes: WebhookChanges = {
    ...others,
    ...(url === undefined ? {} : { url: requiredUrl(url, config) }),
    ...(events === undefined ? {} : { events: requiredEvents(events) }),
    ...(secret === undefined ? {} : { secret: secret ?? undefined }),
  };
  return by.transaction(async (tx) => {
    const isThere = await updateWebhook(tx, uuid, changes);
    const changed = isThere ? await findWebhook(tx, subject, uuid) : undefined;
    if (changed === undefined)
      throw new Failure("not-found", "Cannot change the webhook: it has just been deleted");
    mayHear(changed.events);
    return changed;
  });
}

/** @throws Failure not-found with `notFoundText`, which in the recordings names the slug and not the id. */
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

/** @throws Failure not-found if it has just been deleted: of two callers at once, only one deletes it. */
export async function removeWebhook(by: By, { uuid }: Webhook): Promise<void> {
  const isDeleted = await by.transaction((tx) => deleteWebhook(tx, uuid), TAKES_ACCESS);
  if (!isDeleted) throw new Failure("not-found", "Cannot delete the webhook: it has just been deleted");
}

/**
 * Enqueues a delivery again, after the pending ones of its webhook, with the same body if there was one.
 *
 * @returns the new delivery's id.
 */
export async function redeliver(
  { newUuid }: Pick<Ports, "newUuid">,
  by: By,
  { webhookUuid, eventKey, event, payload }: WebhookDelivery,
): Promise<Uuid> {
  const uuid = newUuid();
  await by.transaction(async (_tx, record) =>
    record.delivery({ uuid, webhookUuid, eventKey, event, payload }),
  );
  return uuid;
}

/**
 * The text is stored as it was sent. Each delivery parses it in the same way, so the URL that is checked is the one
 * that is called.
 */
function requiredUrl(text: string | undefined, config: WebhookPorts["config"]): string {
  const url = text === undefined || !hasUriCharacters(text) ? undefined : parseHttpUrl(text);
  if (text === undefined || url === undefined) {
    throw invalidField(
      "url",
      "must be an http or https URL, with all characters percent-encoded that no URI has",
    );
  }
  // Documented: no internal address. The address that a host name resolves to is checked at each delivery.
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
