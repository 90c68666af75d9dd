import { reachFaultPoint } from "../fault-points.ts";
import { Failure } from "../model/failure.ts";
import type { Uuid } from "../model/uuid.ts";
import type { Webhook, WebhookDelivery } from "../model/webhook.ts";
import type { Ports } from "../ports.ts";
import {
  deleteDeliveriesBefore,
  listDueDeliveries,
  moveDueInstant,
  recordAttempt,
} from "../storage/sql/webhooks/webhook-deliveries.ts";
import { findWebhookByUuid } from "../storage/sql/webhooks/webhooks.ts";
import { claimDelivery, type DeliveryClaim } from "../webhooks/delivery-claim.ts";
import type { ResolveName } from "../webhooks/resolve-name.ts";
import type { SendOutcome } from "../webhooks/send-webhook.ts";
import { PAYLOAD_BYTES_MAX, type RenderedPayload, renderPayload } from "../webhooks/webhook-payload.ts";

/** Deliveries are kept so long, to be looked at. */
export const HISTORY_MS = 30 * 86_400_000;
const HISTORY_STEP_MS = 3_600_000;
/** So long an event that this version does not know waits for a server that does. */
const UNKNOWN_EVENT_MS_MAX = 86_400_000;
/** Connections at once, and of these for the webhooks of one workspace, so that its dead targets keep nobody waiting. */
const AT_ONCE_MAX = 64;
const AT_ONCE_OF_WORKSPACE_MAX = 16;

/** Documented: a webhook's target must answer within 10 seconds. */
const SEND_MS_MAX = 10_000;

export type DeliverySchedule = {
  /** Documented: 10 seconds for the target to answer. */
  readonly sendMsMax: number;
  /** Documented: two more attempts after a time-out or a 5xx. When is our choice. */
  readonly retryMs: readonly number[];
  /** How often the outbox is looked into without being woken: for what another process has put there. */
  readonly lookMs: number;
  /** After this time, what a server that ended without a word had under way is taken over. */
  readonly claimMs: number;
};

export const DELIVERY_SCHEDULE: DeliverySchedule = {
  sendMsMax: SEND_MS_MAX,
  retryMs: [5_000, 30_000],
  lookMs: 2_000,
  claimMs: 5_000,
};

export type DeliveryOptions = Partial<DeliverySchedule> & {
  /** How names of targets are resolved, if not by DNS. */
  readonly resolveName?: ResolveName;
};

type DeliveryPorts = Pick<Ports, "config" | "listening" | "database" | "packs" | "objects" | "clock" | "log">;
type Settings = DeliverySchedule & Pick<DeliveryOptions, "resolveName">;

/** Delivers what is pending, in order for each webhook and at least once, also after a restart and beside another server. */
export type WebhookDeliveries = {
  /** Says that something is pending. Returns at once. */
  wake(): void;
  close(): Promise<void>;
};

type UnderWay = { readonly workspaceUuid: Uuid; readonly ended: Promise<void> };

export function startWebhookDeliveries(
  ports: DeliveryPorts,
  options: DeliveryOptions = {},
): WebhookDeliveries {
  const settings: Settings = { ...DELIVERY_SCHEDULE, ...options };
  const abort = new AbortController();
  const underWay = new Map<Uuid, UnderWay>();
  let looking: Promise<void> | undefined;
  let isWoken = false;

  async function look(): Promise<void> {
    do {
      isWoken = false;
      while (!abort.signal.aborted && (await startSome()) > 0);
    } while (isWoken && !abort.signal.aborted);
  }

  /** @returns how many were started. */
  async function startSome(): Promise<number> {
    const limit = AT_ONCE_MAX - underWay.size;
    if (limit <= 0) return 0;
    const counts = countByWorkspace(underWay.values());
    const busy = [...counts].flatMap(([uuid, count]) => (count >= AT_ONCE_OF_WORKSPACE_MAX ? [uuid] : []));
    const now = ports.clock();
    const farthest = farthestDueAt(settings, now);
    const due = await listDueDeliveries(ports.database.kysely, { now, farthest, busy, limit });
    let started = 0;
    for (const { delivery, workspaceUuid } of due) {
      const count = counts.get(workspaceUuid) ?? 0;
      if (count >= AT_ONCE_OF_WORKSPACE_MAX || underWay.has(delivery.webhookUuid)) continue;
      const claim = await claimDelivery(ports, delivery, settings.claimMs);
      if (claim === undefined) continue;
      reachFaultPoint("webhook.claimed");
      counts.set(workspaceUuid, count + 1);
      started += 1;
      const ended = deliver(ports, settings, delivery, claim, abort.signal)
        .catch((error: unknown) =>
          // While the database is away the delivery stays pending, and is sent again.
          ports.log[error instanceof Failure ? "warn" : "error"](
            { "webhook.uuid": delivery.webhookUuid, err: error },
            "a delivery was not recorded",
          ),
        )
        .finally(() => {
          underWay.delete(delivery.webhookUuid);
          wake();
        });
      underWay.set(delivery.webhookUuid, { workspaceUuid, ended });
    }
    return started;
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

  const timer = setInterval(wake, settings.lookMs);
  timer.unref();
  const stopExpiry = startHistoryExpiry(ports);
  wake();
  return {
    wake,
    async close() {
      clearInterval(timer);
      stopExpiry();
      abort.abort();
      await looking;
      await Promise.all([...underWay.values()].map(({ ended }) => ended));
    },
  };
}

/** No wait is longer: neither for the next attempt nor for the end of a claim, by clocks that agree as they must. */
function farthestDueAt({ retryMs, claimMs }: DeliverySchedule, now: Date): Date {
  return new Date(now.getTime() + Math.max(...retryMs, claimMs) + claimMs);
}

function countByWorkspace(underWay: Iterable<UnderWay>): Map<Uuid, number> {
  const counts = new Map<Uuid, number>();
  for (const { workspaceUuid } of underWay) counts.set(workspaceUuid, (counts.get(workspaceUuid) ?? 0) + 1);
  return counts;
}

function startHistoryExpiry({ database, clock, log }: DeliveryPorts): () => void {
  const run = () => {
    deleteDeliveriesBefore(database.kysely, new Date(clock().getTime() - HISTORY_MS)).catch(
      (error: unknown) => log.warn({ err: error }, "old deliveries were not deleted"),
    );
  };
  run();
  const timer = setInterval(run, HISTORY_STEP_MS);
  timer.unref();
  return () => clearInterval(timer);
}

async function deliver(
  ports: DeliveryPorts,
  settings: Settings,
  delivery: WebhookDelivery,
  claim: DeliveryClaim,
  signal: AbortSignal,
): Promise<void> {
  const trying = tryDelivery(ports, settings, delivery, AbortSignal.any([signal, claim.lost]));
  // Whatever comes of it, the claim is not held on to.
  await trying.catch(() => {});
  const heldUntil = await claim.stop();
  const attempt = await trying;
  if (attempt === undefined || claim.lost.aborted) return;
  // Cut off by the server's own end: pending as before, and sent again at the next start.
  if (signal.aborted) {
    await moveDueInstant(ports.database.kysely, delivery, { from: heldUntil, to: delivery.dueAt });
    return;
  }
  await record(ports, settings, { ...delivery, dueAt: heldUntil }, attempt);
}

/** Not an attempt: the event was stored by a later version, which will tell it. */
type UnknownEvent = Extract<RenderedPayload, { readonly kind: "unknown" }>;
type Attempt = { readonly payload: string | undefined; readonly outcome: SendOutcome | UnknownEvent };

/** @returns undefined if the webhook has been deleted, and with it its deliveries. */
async function tryDelivery(
  ports: DeliveryPorts,
  settings: Settings,
  delivery: WebhookDelivery,
  signal: AbortSignal,
): Promise<Attempt | undefined> {
  const webhook = await findWebhookByUuid(ports.database.kysely, delivery.webhookUuid);
  if (webhook === undefined) return undefined;
  if (!webhook.isActive) {
    return {
      payload: delivery.payload,
      outcome: { kind: "refused", problem: "the webhook has been switched off" },
    };
  }
  const rendered = delivery.payload ?? (await render(ports, delivery));
  if (typeof rendered !== "string") return { payload: undefined, outcome: rendered };
  // Loaded for the first delivery: clients of HTTP and TLS would be a part of every start.
  const { sendWebhook } = await import("../webhooks/send-webhook.ts");
  const outcome = await sendWebhook({
    url: webhook.url,
    body: rendered,
    secret: webhook.secret,
    headers: deliveryHeaders(webhook, delivery),
    skipsCertificateCheck: webhook.skipsCertificateCheck,
    mayReachPrivateAddresses: ports.config.mayReachPrivateAddresses,
    resolveName: settings.resolveName,
    sendMsMax: settings.sendMsMax,
    signal,
  });
  reachFaultPoint("webhook.sent");
  return { payload: rendered, outcome };
}

async function render(
  ports: DeliveryPorts,
  delivery: WebhookDelivery,
): Promise<string | UnknownEvent | Exclude<SendOutcome, { kind: "answered" }>> {
  try {
    const rendered = await renderPayload(ports, delivery);
    switch (rendered.kind) {
      case "rendered":
        return rendered.body;
      case "gone":
        return { kind: "refused", problem: "what it tells of is no longer there" };
      case "unknown":
        return rendered;
      case "too-large":
        return { kind: "refused", problem: `the payload is larger than ${PAYLOAD_BYTES_MAX} bytes` };
    }
  } catch (error) {
    // Counted as an attempt, so that one event that cannot be told does not hold back those behind it for ever.
    ports.log.error({ "delivery.uuid": delivery.uuid, err: error }, "a payload could not be made");
    return { kind: "unanswered", problem: "the payload could not be made: the server's log has the details" };
  }
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
  { retryMs }: Settings,
  delivery: WebhookDelivery,
  { payload, outcome }: Attempt,
): Promise<void> {
  if (outcome.kind === "unknown") {
    await postponeUnknown(ports, { retryMs }, delivery, outcome);
    return;
  }
  const attempts = delivery.attempts + 1;
  const now = ports.clock();
  const waitMs = isWorthRetrying(outcome) ? retryMs[attempts - 1] : undefined;
  const isDelivered = outcome.kind === "answered" && outcome.status >= 200 && outcome.status < 300;
  const state = waitMs !== undefined ? "pending" : isDelivered ? "delivered" : "failed";
  const responseStatus = outcome.kind === "answered" ? outcome.status : undefined;
  const problem = problemOf(outcome);
  await recordAttempt(ports.database.kysely, delivery, {
    state,
    attempts,
    dueAt: waitMs === undefined ? now : new Date(now.getTime() + waitMs),
    finishedAt: waitMs === undefined ? now : undefined,
    responseStatus,
    problem,
    payload,
  });
  reachFaultPoint("webhook.recorded");
  ports.log.info(
    {
      "webhook.uuid": delivery.webhookUuid,
      "delivery.uuid": delivery.uuid,
      "delivery.state": state,
      "delivery.attempts": attempts,
      status: responseStatus,
      "failure.reason": problem,
    },
    "webhook",
  );
}

/**
 * During an upgrade, servers of both versions deliver: one that knows the event will take it. After a day it fails, so that it
 * does not hold back for ever what is behind it: the history has it, and `pail webhook redeliver` enqueues it again.
 */
async function postponeUnknown(
  { database, clock, log }: DeliveryPorts,
  { retryMs }: Pick<Settings, "retryMs">,
  delivery: WebhookDelivery,
  { problem }: UnknownEvent,
): Promise<void> {
  const now = clock();
  const isGivenUp = now.getTime() - delivery.createdAt.getTime() > UNKNOWN_EVENT_MS_MAX;
  const fields = { "webhook.uuid": delivery.webhookUuid, "delivery.uuid": delivery.uuid, problem };
  log.warn(fields, "a delivery waits for a later version of Pail, which knows what this one does not");
  await recordAttempt(database.kysely, delivery, {
    state: isGivenUp ? "failed" : "pending",
    attempts: delivery.attempts,
    dueAt: isGivenUp ? now : new Date(now.getTime() + Math.max(...retryMs)),
    finishedAt: isGivenUp ? now : undefined,
    responseStatus: undefined,
    problem: `the event is of a later version of Pail: ${problem}`,
    payload: undefined,
  });
}

/** Documented: after a time-out or a 5xx. After a broken connection too (our choice). */
function isWorthRetrying(outcome: SendOutcome): boolean {
  return outcome.kind === "unanswered" || (outcome.kind === "answered" && outcome.status >= 500);
}

function problemOf(outcome: SendOutcome): string | undefined {
  if (outcome.kind !== "answered") return outcome.problem;
  return outcome.status >= 300 && outcome.status < 400 ? "redirects are not followed" : undefined;
}
