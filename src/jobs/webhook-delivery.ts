import type { Uuid } from "../model/uuid.ts";
import type { Webhook, WebhookDelivery } from "../model/webhook.ts";
import type { Ports } from "../ports.ts";
import {
  deleteDeliveriesBefore,
  listNextDeliveries,
  recordAttempt,
} from "../storage/sql/webhook-deliveries.ts";
import { findWebhookByUuid } from "../storage/sql/webhooks.ts";
import { type SendOutcome, sendWebhook } from "./send-webhook.ts";
import { renderPayload } from "./webhook-payload.ts";

/** Documented: up to two more attempts after a time-out or a 5xx. */
const ATTEMPTS_MAX = 3;
const RETRY_MS = [5_000, 30_000];
/** How often the outbox is looked into without being woken: for what another process has put there. */
const LOOK_MS = 2_000;
const AT_ONCE_MAX = 8;
const HISTORY_MS = 30 * 86_400_000;

type DeliveryPorts = Pick<Ports, "config" | "database" | "packs" | "objects" | "clock" | "log">;

/** Delivers what is owed, in order for each webhook and at least once, also after a restart. */
export type WebhookDeliveries = {
  /** Says that something is owed. Returns at once. */
  wake(): void;
  close(): Promise<void>;
};

export function startWebhookDeliveries(ports: DeliveryPorts): WebhookDeliveries {
  const abort = new AbortController();
  const underWay = new Map<Uuid, Promise<void>>();
  let looking: Promise<void> | undefined;
  let isWoken = false;

  async function look(): Promise<void> {
    do {
      isWoken = false;
      const deliveries = await listNextDeliveries(ports.database.kysely, AT_ONCE_MAX * 4);
      for (const delivery of deliveries) {
        if (underWay.size >= AT_ONCE_MAX || abort.signal.aborted) break;
        if (underWay.has(delivery.webhookUuid) || delivery.dueAt > ports.clock()) continue;
        const attempt = deliver(ports, delivery, abort.signal)
          .catch((error: unknown) =>
            ports.log.error({ "webhook.uuid": delivery.webhookUuid, err: error }, "bug"),
          )
          .finally(() => {
            underWay.delete(delivery.webhookUuid);
            wake();
          });
        underWay.set(delivery.webhookUuid, attempt);
      }
    } while (isWoken && !abort.signal.aborted);
  }

  function wake(): void {
    isWoken = true;
    if (abort.signal.aborted) return;
    looking ??= look()
      .catch((error: unknown) => ports.log.warn({ err: error }, "the outbox could not be read"))
      .finally(() => {
        looking = undefined;
      });
  }

  const timer = setInterval(wake, LOOK_MS);
  timer.unref();
  deleteDeliveriesBefore(ports.database.kysely, new Date(ports.clock().getTime() - HISTORY_MS)).catch(
    (error: unknown) => ports.log.warn({ err: error }, "old deliveries were not deleted"),
  );
  wake();
  return {
    wake,
    async close() {
      clearInterval(timer);
      abort.abort();
      await looking;
      await Promise.all(underWay.values());
    },
  };
}

async function deliver(ports: DeliveryPorts, delivery: WebhookDelivery, signal: AbortSignal): Promise<void> {
  const webhook = await findWebhookByUuid(ports.database.kysely, delivery.webhookUuid);
  if (webhook === undefined) return;
  const payload = delivery.payload ?? (await renderPayload(ports, delivery));
  const outcome: SendOutcome =
    payload === undefined
      ? { kind: "refused", problem: "what it tells of is no longer there" }
      : await sendWebhook({
          url: webhook.url,
          body: payload,
          secret: webhook.secret,
          headers: deliveryHeaders(webhook, delivery),
          skipsCertificateCheck: webhook.skipsCertificateCheck,
          mayReachPrivateAddresses: ports.config.mayReachPrivateAddresses,
          signal,
        });
  // Cut off by the server's own end: owed as before, and sent again at the next start.
  if (signal.aborted) return;
  await record(ports, delivery, payload, outcome);
}

function deliveryHeaders(webhook: Webhook, delivery: WebhookDelivery): Record<string, string> {
  return {
    "content-type": "application/json",
    "user-agent": "Bitbucket-Webhooks/2.0",
    "x-event-key": delivery.eventKey,
    "x-hook-uuid": webhook.uuid,
    "x-request-uuid": delivery.uuid,
    "x-attempt-number": String(delivery.attempts + 1),
  };
}

async function record(
  ports: DeliveryPorts,
  delivery: WebhookDelivery,
  payload: string | undefined,
  outcome: SendOutcome,
): Promise<void> {
  const attempts = delivery.attempts + 1;
  const now = ports.clock();
  const isRetried =
    attempts < ATTEMPTS_MAX &&
    (outcome.kind === "unreachable" || (outcome.kind === "answered" && outcome.status >= 500));
  const isDelivered = outcome.kind === "answered" && outcome.status < 400;
  const state = isRetried ? "pending" : isDelivered ? "delivered" : "failed";
  const problem = outcome.kind === "answered" ? undefined : outcome.problem;
  await recordAttempt(ports.database.kysely, delivery, {
    state,
    attempts,
    dueAt: isRetried ? new Date(now.getTime() + RETRY_MS[attempts - 1]!) : delivery.dueAt,
    finishedAt: isRetried ? undefined : now,
    responseStatus: outcome.kind === "answered" ? outcome.status : undefined,
    problem,
    payload,
  });
  ports.log.info(
    {
      "webhook.uuid": delivery.webhookUuid,
      "delivery.uuid": delivery.uuid,
      "delivery.state": state,
      "delivery.attempts": attempts,
      status: outcome.kind === "answered" ? outcome.status : undefined,
      "failure.reason": problem,
    },
    "webhook",
  );
}
