import { randomUUID } from "node:crypto";
import type { Kysely } from "kysely";
import type { EventOrigin, WebhookFact } from "../../model/event.ts";
import type { Repository } from "../../model/repository.ts";
import type { Uuid } from "../../model/uuid.ts";
import type { Schema } from "../../storage/sql/schema.ts";
import { insertDeliveries } from "../../storage/sql/webhooks/webhook-deliveries.ts";
import { listListeningWebhooks } from "../../storage/sql/webhooks/webhooks.ts";

/** Where something happened: in a repository, or, without one, in a workspace. */
export type EventPlace = {
  readonly workspace: { readonly uuid: Uuid };
  readonly uuid?: Uuid;
};

/**
 * Writes down, in the transaction of the change, what is owed to the webhooks that listen to it: no change without its
 * deliveries, no delivery without its change. Those of the workspace hear of it, and those of the repository if there is one.
 *
 * @returns whether anything is owed.
 */
export async function oweWebhooks(
  tx: Kysely<Schema>,
  place: EventPlace,
  fact: WebhookFact,
  now: Date,
): Promise<boolean> {
  const listening = await listListeningWebhooks(tx, {
    uuid: place.uuid,
    workspaceUuid: place.workspace.uuid,
  });
  const json = JSON.stringify(fact);
  const owed = listening
    .filter((webhook) => webhook.events.includes(fact.kind))
    .map((webhook) => ({
      uuid: randomUUID() as Uuid,
      webhookUuid: webhook.uuid,
      eventKey: fact.kind,
      event: json,
      payload: undefined,
      createdAt: now,
    }));
  await insertDeliveries(tx, owed);
  return owed.length > 0;
}

/**
 * Tells the webhooks of a repository that it was forked. Not of a private fork in another workspace: whoever administers
 * the one may not know of the other (our choice).
 */
export async function oweForkWebhooks(
  tx: Kysely<Schema>,
  parent: Repository,
  fork: Repository,
  origin: EventOrigin,
  now: Date,
): Promise<void> {
  if (fork.isPrivate && fork.workspace.uuid !== parent.workspace.uuid) return;
  const fact = { kind: "repo:fork", repositoryUuid: parent.uuid, forkUuid: fork.uuid, ...origin } as const;
  await oweWebhooks(tx, parent, fact, now);
}
