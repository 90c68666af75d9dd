import { randomUUID } from "node:crypto";
import type { Kysely } from "kysely";
import { encodeEvent } from "../../model/encoded-event.ts";
import type { OutboxEvent } from "../../model/event.ts";
import type { Repository } from "../../model/repository.ts";
import type { Uuid } from "../../model/uuid.ts";
import type { Schema } from "../../storage/sql/schema.ts";
import { insertDeliveries } from "../../storage/sql/webhooks/webhook-deliveries.ts";
import { listListeningWebhooks } from "../../storage/sql/webhooks/webhooks.ts";

/** Where something happened: in a repository, or, without one, in a workspace. */
export type EventSubject = {
  readonly workspace: { readonly uuid: Uuid };
  readonly uuid?: Uuid;
};

/**
 * Enqueues the deliveries of an event, in the transaction of the change: no change without its deliveries, no delivery without
 * its change. Webhooks of the workspace hear of it, and those of the repository if there is one.
 *
 * @returns whether there are any.
 */
export async function enqueueWebhooks(
  tx: Kysely<Schema>,
  subject: EventSubject,
  event: OutboxEvent,
  now: Date,
): Promise<boolean> {
  const listening = await listListeningWebhooks(tx, {
    uuid: subject.uuid,
    workspaceUuid: subject.workspace.uuid,
  });
  const encoded = encodeEvent(event);
  const deliveries = listening
    .filter((webhook) => webhook.events.includes(event.kind))
    .map((webhook) => ({
      uuid: randomUUID() as Uuid,
      webhookUuid: webhook.uuid,
      eventKey: event.kind,
      event: encoded,
      payload: undefined,
      createdAt: now,
    }));
  await insertDeliveries(tx, deliveries);
  return deliveries.length > 0;
}

/**
 * Tells the webhooks of a repository that it was forked. Not of a private fork in another workspace: whoever administers
 * the one may not know of the other (our choice).
 */
export async function enqueueForkWebhooks(
  tx: Kysely<Schema>,
  parent: Repository,
  fork: Repository,
  { actorUuid }: { readonly actorUuid: Uuid | undefined },
  now: Date,
): Promise<void> {
  if (fork.isPrivate && fork.workspace.uuid !== parent.workspace.uuid) return;
  const event = { kind: "repo:fork", repositoryUuid: parent.uuid, forkUuid: fork.uuid, actorUuid } as const;
  await enqueueWebhooks(tx, parent, event, now);
}
