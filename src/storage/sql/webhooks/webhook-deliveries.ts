import type { Kysely, Selectable } from "kysely";
import type { EncodedEvent } from "../../../model/encoded-event.ts";
import type { Uuid } from "../../../model/uuid.ts";
import type { WebhookDelivery, WebhookEvent } from "../../../model/webhook.ts";
import { instant, optionalInstant } from "../columns.ts";
import type { WebhookDeliveryRow } from "../schema/webhooks.ts";
import type { Schema } from "../schema.ts";
import { sendAhead } from "../send-ahead.ts";

function toDelivery(row: Selectable<WebhookDeliveryRow>): WebhookDelivery {
  return {
    uuid: row.uuid as Uuid,
    sequence: row.sequence,
    webhookUuid: row.webhook_uuid as Uuid,
    eventKey: row.event_key as WebhookEvent,
    event: row.event as EncodedEvent,
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

export type NewDelivery = Pick<
  WebhookDelivery,
  "uuid" | "webhookUuid" | "eventKey" | "event" | "payload" | "createdAt"
>;

/** For the transaction of the change that led to the deliveries. */
export async function insertDeliveries(
  db: Kysely<Schema>,
  deliveries: readonly NewDelivery[],
): Promise<void> {
  if (deliveries.length === 0) return;
  const rows = deliveries.map((delivery) => ({
    uuid: delivery.uuid,
    webhook_uuid: delivery.webhookUuid,
    event_key: delivery.eventKey,
    event: delivery.event,
    payload: delivery.payload ?? null,
    state: "pending" as const,
    attempts: 0,
    due_at: delivery.createdAt.getTime(),
    created_at: delivery.createdAt.getTime(),
    finished_at: null,
    response_status: null,
    problem: null,
  }));
  await sendAhead(db, db.insertInto("webhook_delivery").values(rows));
}

export type DueDelivery = { readonly delivery: WebhookDelivery; readonly workspaceUuid: Uuid };

/**
 * The first pending delivery of each webhook, if it is due. Later ones wait for it, so that a webhook gets them in
 * order. Workspaces in `busy` are left out. No delivery can be due after `farthest`: such a time was written by a clock
 * that was ahead, and the delivery is due now.
 */
export async function listDueDeliveries(
  db: Kysely<Schema>,
  {
    now,
    farthest,
    busy,
    limit,
  }: {
    readonly now: Date;
    readonly farthest: Date;
    readonly busy: readonly Uuid[];
    readonly limit: number;
  },
): Promise<readonly DueDelivery[]> {
  const first = db
    .selectFrom("webhook_delivery")
    .select((select) => select.fn.min("sequence").as("sequence"))
    .where("state", "=", "pending")
    .groupBy("webhook_uuid");
  let due = db
    .selectFrom("webhook_delivery")
    .innerJoin("webhook", "webhook.uuid", "webhook_delivery.webhook_uuid")
    .selectAll("webhook_delivery")
    .select("webhook.workspace_uuid")
    .where("webhook_delivery.sequence", "in", first)
    .where((eb) =>
      eb.or([
        eb("webhook_delivery.due_at", "<=", now.getTime()),
        eb("webhook_delivery.due_at", ">", farthest.getTime()),
      ]),
    );
  if (busy.length > 0) due = due.where("webhook.workspace_uuid", "not in", busy);
  const rows = await due
    .orderBy("webhook_delivery.due_at")
    .orderBy("webhook_delivery.sequence")
    .limit(limit)
    .execute();
  return rows.map((row) => ({ delivery: toDelivery(row), workspaceUuid: row.workspace_uuid as Uuid }));
}

/** @returns false, with nothing changed, if the delivery is no longer due at `from`, or was tried or deleted meanwhile. */
export async function moveDueInstant(
  db: Kysely<Schema>,
  { uuid, attempts }: Pick<WebhookDelivery, "uuid" | "attempts">,
  { from, to }: { readonly from: Date; readonly to: Date },
): Promise<boolean> {
  const result = await db
    .updateTable("webhook_delivery")
    .set({ due_at: to.getTime() })
    .where("uuid", "=", uuid)
    .where("state", "=", "pending")
    .where("attempts", "=", attempts)
    .where("due_at", "=", from.getTime())
    .executeTakeFirst();
  return result.numUpdatedRows > 0n;
}

export type DeliveryOutcome = Pick<
  WebhookDelivery,
  "state" | "attempts" | "dueAt" | "finishedAt" | "responseStatus" | "problem" | "payload"
>;

/** Records an attempt at a claimed delivery, unless another process has taken it over. */
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
    .where("due_at", "=", delivery.dueAt.getTime())
    .execute();
}

/** The latest deliveries of a webhook, newest first: before a place in their order, and in one state, if asked for. */
export async function listDeliveries(
  db: Kysely<Schema>,
  webhookUuid: Uuid,
  limit: number,
  {
    before,
    after,
    state,
  }: {
    readonly before?: number | undefined;
    /** Those next after it, still newest first. */
    readonly after?: number | undefined;
    readonly state?: WebhookDelivery["state"] | undefined;
  } = {},
): Promise<readonly WebhookDelivery[]> {
  let found = db.selectFrom("webhook_delivery").selectAll().where("webhook_uuid", "=", webhookUuid);
  if (before !== undefined) found = found.where("sequence", "<", before);
  if (after !== undefined) found = found.where("sequence", ">", after);
  if (state !== undefined) found = found.where("state", "=", state);
  const rows = await found
    .orderBy("sequence", after === undefined ? "desc" : "asc")
    .limit(limit)
    .execute();
  return (after === undefined ? rows : rows.reverse()).map(toDelivery);
}

/** A delivery of the webhook. */
export async function findDelivery(
  db: Kysely<Schema>,
  webhookUuid: Uuid,
  uuid: Uuid,
): Promise<WebhookDelivery | undefined> {
  const row = await db
    .selectFrom("webhook_delivery")
    .selectAll()
    .where("webhook_uuid", "=", webhookUuid)
    .where("uuid", "=", uuid)
    .executeTakeFirst();
  return row && toDelivery(row);
}

/** The latest delivery of each webhook. */
export async function listLatestDeliveries(
  db: Kysely<Schema>,
  webhookUuids: readonly Uuid[],
): Promise<ReadonlyMap<Uuid, WebhookDelivery>> {
  if (webhookUuids.length === 0) return new Map();
  const latest = db
    .selectFrom("webhook_delivery")
    .select((select) => select.fn.max("sequence").as("sequence"))
    .where("webhook_uuid", "in", webhookUuids)
    .groupBy("webhook_uuid");
  const rows = await db.selectFrom("webhook_delivery").selectAll().where("sequence", "in", latest).execute();
  return new Map(rows.map((row) => [row.webhook_uuid as Uuid, toDelivery(row)]));
}

/** Deliveries whose id begins with the given text: a whole id finds at most one. */
export async function findDeliveries(
  db: Kysely<Schema>,
  idPrefix: string,
): Promise<readonly WebhookDelivery[]> {
  const rows = await db
    .selectFrom("webhook_delivery")
    .selectAll()
    // "~" sorts after all characters of ids.
    .where("uuid", ">=", idPrefix)
    .where("uuid", "<=", `${idPrefix}~`)
    .limit(2)
    .execute();
  return rows.map(toDelivery);
}

/** How many deliveries of a webhook are pending. */
export async function countPendingDeliveries(db: Kysely<Schema>, webhookUuid: Uuid): Promise<number> {
  const { count } = await db
    .selectFrom("webhook_delivery")
    .select((select) => select.fn.countAll<number>().as("count"))
    .where("webhook_uuid", "=", webhookUuid)
    .where("state", "=", "pending")
    .executeTakeFirstOrThrow();
  return Number(count);
}

/** @returns how many finished deliveries were deleted. */
export async function deleteDeliveriesBefore(db: Kysely<Schema>, instantMin: Date): Promise<number> {
  const result = await db
    .deleteFrom("webhook_delivery")
    .where("state", "!=", "pending")
    .where("created_at", "<", instantMin.getTime())
    .executeTakeFirst();
  return Number(result.numDeletedRows);
}
