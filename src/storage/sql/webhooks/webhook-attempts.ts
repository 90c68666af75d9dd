import { type Kysely, type Selectable, sql } from "kysely";
import type { Uuid } from "../../../model/uuid.ts";
import type { HeaderLine, WebhookAttempt } from "../../../model/webhook.ts";
import { flag, instant } from "../columns.ts";
import type { WebhookAttemptRow } from "../schema/webhooks.ts";
import type { Schema } from "../schema.ts";

/** Stores an attempt, unless its delivery has been deleted with its webhook meanwhile. */
export async function insertAttempt(
  db: Kysely<Schema>,
  deliveryUuid: Uuid,
  attempt: WebhookAttempt,
): Promise<void> {
  const row = {
    delivery_uuid: deliveryUuid as string,
    number: attempt.number,
    sent_at: attempt.sentAt.getTime(),
    duration_ms: attempt.durationMs,
    url: attempt.url,
    request_headers: JSON.stringify(attempt.requestHeaders),
    response_status: attempt.responseStatus ?? null,
    response_headers: JSON.stringify(attempt.responseHeaders),
    response_body: attempt.responseBody ?? null,
    is_body_cut: flag(attempt.isBodyCut),
    problem: attempt.problem ?? null,
  };
  const isThere = await db
    .selectFrom("webhook_delivery")
    .select(sql.lit(1).as("one"))
    .where("uuid", "=", deliveryUuid)
    .executeTakeFirst();
  if (isThere === undefined) return;
  await db
    .insertInto("webhook_attempt")
    .values(row)
    // Another server believed that this one had ended, and made the same attempt.
    .onConflict((conflict) => conflict.columns(["delivery_uuid", "number"]).doNothing())
    .execute();
}

/** In their order. */
export async function listAttempts(
  db: Kysely<Schema>,
  deliveryUuid: Uuid,
): Promise<readonly WebhookAttempt[]> {
  const rows = await db
    .selectFrom("webhook_attempt")
    .selectAll()
    .where("delivery_uuid", "=", deliveryUuid)
    .orderBy("number")
    .execute();
  return rows.map(toAttempt);
}

/** How long the latest attempt of each delivery took. Those without an attempt are not in it. */
export async function listLatestDurations(
  db: Kysely<Schema>,
  deliveryUuids: readonly Uuid[],
): Promise<ReadonlyMap<Uuid, number>> {
  if (deliveryUuids.length === 0) return new Map();
  const rows = await db
    .selectFrom("webhook_attempt")
    .select(["delivery_uuid", "duration_ms"])
    .where("delivery_uuid", "in", deliveryUuids)
    .orderBy("number")
    .execute();
  return new Map(rows.map((row) => [row.delivery_uuid as Uuid, row.duration_ms]));
}

function toAttempt(row: Selectable<WebhookAttemptRow>): WebhookAttempt {
  return {
    number: row.number,
    sentAt: instant(row.sent_at),
    durationMs: row.duration_ms,
    url: row.url,
    requestHeaders: JSON.parse(row.request_headers) as readonly HeaderLine[],
    responseStatus: row.response_status ?? undefined,
    responseHeaders: JSON.parse(row.response_headers) as readonly HeaderLine[],
    responseBody: row.response_body ?? undefined,
    isBodyCut: row.is_body_cut === 1,
    problem: row.problem ?? undefined,
  };
}
