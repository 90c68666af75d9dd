import type { Kysely, Selectable } from "kysely";
import type { Uuid } from "../../model/uuid.ts";
import type { WebhookDelivery, WebhookEvent } from "../../model/webhook.ts";
import { instant, optionalInstant } from "./columns.ts";
import type { WebhookDeliveryRow } from "./schema/webhooks.ts";
import type { Schema } from "./schema.ts";

function toDelivery(row: Selectable<WebhookDeliveryRow>): WebhookDelivery {
  return {
    uuid: row.uuid as Uuid,
    sequence: row.sequence,
    webhookUuid: row.webhook_uuid as Uuid,
    eventKey: row.event_key as WebhookEvent,
    event: row.event,
    payload: row.payload ?? undefined,
    state: row.state,
    attempts: row.attempts,
    dueAt: instant(row.due_at),
    createdAt: instant(row.created_at),
    finishedAt: optionalInstant(row.finished_at),
    responseStatus: row.response_status ?? undefined,
    problem: row.problem ?? undefined,
  };
}

export type OwedDelivery = Pick<WebhookDelivery, "uuid" | "webhookUuid" | "eventKey" | "event" | "createdAt">;

/** For the transaction of the change that the deliveries tell of. */
export async function insertDeliveries(
  db: Kysely<Schema>,
  deliveries: readonly OwedDelivery[],
): Promise<void> {
  if (deliveries.length === 0) return;
  const rows = deliveries.map((delivery) => ({
    uuid: delivery.uuid,
    webhook_uuid: delivery.webhookUuid,
    event_key: delivery.eventKey,
    event: delivery.event,
    payload: null,
    state: "pending" as const,
    attempts: 0,
    due_at: delivery.createdAt.getTime(),
    created_at: delivery.createdAt.getTime(),
    finished_at: null,
    response_status: null,
    problem: null,
  }));
  await db.insertInto("webhook_delivery").values(rows).execute();
}

/** The first pending delivery of each webhook: the next ones wait for it, so that a webhook gets them in order. */
export async function listNextDeliveries(
  db: Kysely<Schema>,
  limit: number,
): Promise<readonly WebhookDelivery[]> {
  const first = db
    .selectFrom("webhook_delivery")
    .select((select) => select.fn.min("sequence").as("sequence"))
    .where("state", "=", "pending")
    .groupBy("webhook_uuid");
  const rows = await db
    .selectFrom("webhook_delivery")
    .selectAll()
    .where("sequence", "in", first)
    .orderBy("due_at")
    .orderBy("sequence")
    .limit(limit)
    .execute();
  return rows.map(toDelivery);
}

export type DeliveryOutcome = Pick<
  WebhookDelivery,
  "state" | "attempts" | "dueAt" | "finishedAt" | "responseStatus" | "problem" | "payload"
>;

/** Records an attempt, unless another process has recorded it. */
export async function recordAttempt(
  db: Kysely<Schema>,
  delivery: WebhookDelivery,
  outcome: DeliveryOutcome,
): Promise<void> {
  await db
    .updateTable("webhook_delivery")
    .set({
      state: outcome.state,
      attempts: outcome.attempts,
      due_at: outcome.dueAt.getTime(),
      finished_at: outcome.finishedAt?.getTime() ?? null,
      response_status: outcome.responseStatus ?? null,
      problem: outcome.problem ?? null,
      payload: outcome.payload ?? null,
    })
    .where("uuid", "=", delivery.uuid)
    .where("attempts", "=", delivery.attempts)
    .execute();
}

/** The latest deliveries of a webhook, newest first. */
export async function listDeliveries(
  db: Kysely<Schema>,
  webhookUuid: Uuid,
  limit: number,
): Promise<readonly WebhookDelivery[]> {
  const rows = await db
    .selectFrom("webhook_delivery")
    .selectAll()
    .where("webhook_uuid", "=", webhookUuid)
    .orderBy("sequence", "desc")
    .limit(limit)
    .execute();
  return rows.map(toDelivery);
}

/** @returns how many finished ones were deleted. */
export async function deleteDeliveriesBefore(db: Kysely<Schema>, instantMin: Date): Promise<number> {
  const result = await db
    .deleteFrom("webhook_delivery")
    .where("state", "!=", "pending")
    .where("created_at", "<", instantMin.getTime())
    .executeTakeFirst();
  return Number(result.numDeletedRows);
}
