import { randomUUID } from "node:crypto";
import type { Kysely } from "kysely";
import type { RepositoryEvent } from "../model/event.ts";
import type { Repository } from "../model/repository.ts";
import type { Uuid } from "../model/uuid.ts";
import type { Schema } from "../storage/sql/schema.ts";
import { insertDeliveries } from "../storage/sql/webhook-deliveries.ts";
import { listListeningWebhooks } from "../storage/sql/webhooks.ts";

/**
 * Writes down, in the transaction of the change, what is owed to the webhooks that listen to it: no change without its
 * deliveries, no delivery without its change.
 */
export async function oweWebhooks(
  tx: Kysely<Schema>,
  repository: Repository,
  event: RepositoryEvent,
  now: Date,
): Promise<void> {
  const listening = await listListeningWebhooks(tx, {
    uuid: repository.uuid,
    workspaceUuid: repository.workspace.uuid,
  });
  const json = JSON.stringify(event);
  const owed = listening
    .filter((webhook) => webhook.events.includes(event.kind))
    .map((webhook) => ({
      uuid: randomUUID() as Uuid,
      webhookUuid: webhook.uuid,
      eventKey: event.kind,
      event: json,
      createdAt: now,
    }));
  await insertDeliveries(tx, owed);
}
