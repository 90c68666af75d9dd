import { openSharedSecret } from "../connect/shared-secret.ts";
import { withoutSignature, writeTokenForApp } from "../connect/token-for-app.ts";
import { reachFaultPoint } from "../fault-points.ts";
import type { Secret } from "../model/secret.ts";
import type { HeaderLine, Webhook, WebhookAttempt, WebhookDelivery } from "../model/webhook.ts";
import { withoutPassword } from "../model/without-password.ts";
import type { Ports } from "../ports.ts";
import { findInstallation } from "../storage/sql/apps/installations.ts";
import { insertAttempt } from "../storage/sql/webhooks/webhook-attempts.ts";
import { moveDueInstant, recordAttempt } from "../storage/sql/webhooks/webhook-deliveries.ts";
import { findWebhookByUuid } from "../storage/sql/webhooks/webhooks.ts";
import type { DeliveryClaim } from "./delivery-claim.ts";
import type { ResolveName } from "./resolve-name.ts";
import type { SendOutcome, SendWebhook } from "./send-webhook.ts";
import { PAYLOAD_BYTES_MAX, type RenderedPayload, renderPayload } from "./webhook-payload.ts";

/** How long an event that this version does not know waits for a server that knows it. */
const UNKNOWN_EVENT_MS_MAX = 86_400_000;

/** Documented: a webhook's target must answer within 10 seconds. */
const SEND_MS_MAX = 10_000;

export type DeliverySchedule = {
  /** Documented: 10 seconds for the target to answer. */
  readonly sendMsMax: number;
  /** Documented: two more attempts after a time-out or a 5xx. When is our choice. */
  readonly retryMs: readonly number[];
  /** How often the outbox is checked without being woken, for deliveries of other processes. */
  readonly lookMs: number;
  /** After this time, the deliveries of a server that has died are taken over. */
  readonly claimMs: number;
};

export const DELIVERY_SCHEDULE: DeliverySchedule = {
  sendMsMax: SEND_MS_MAX,
  retryMs: [5_000, 30_000],
  lookMs: 2_000,
  claimMs: 5_000,
};

export type DeliveryOptions = Partial<DeliverySchedule> & {
  /** How to resolve the names of targets, if not by DNS. */
  readonly resolveName?: ResolveName;
  /** How to send, if not over the network. */
  readonly send?: SendWebhook;
};

export type DeliveryPorts = Pick<
  Ports,
  "config" | "listening" | "database" | "packs" | "objects" | "clock" | "log" | "keys"
>;
export type DeliverySettings = DeliverySchedule & Pick<DeliveryOptions, "resolveName" | "send">;

/** Sends a delivery to a webhook, and records the outcome. */
export async function deliverWebhook(
  ports: DeliveryPorts,
  settings: DeliverySettings,
  delivery: WebhookDelivery,
  claim: DeliveryClaim,
  signal: AbortSignal,
): Promise<void> {
  const trying = tryDelivery(ports, settings, delivery, claim, AbortSignal.any([signal, claim.lost]));
  // The claim is released whatever the outcome.
  await trying.catch(() => {});
  const heldUntil = await claim.stop();
  const attempt = await trying;
  if (attempt === undefined || claim.lost.aborted) return;
  // This server is closing: the delivery stays pending, and is sent again at the next start.
  if (signal.aborted) {
    await moveDueInstant(ports.database.kysely, delivery, { from: heldUntil, to: delivery.dueAt });
    return;
  }
  await record(ports, settings, { ...delivery, dueAt: heldUntil }, attempt);
}

/** This does not count as an attempt: the event was stored by a later version, which will send it. */
type UnknownEvent = Extract<RenderedPayload, { readonly kind: "unknown" }>;
type Attempt = {
  readonly payload: string | undefined;
  readonly outcome: SendOutcome | UnknownEvent;
  /** What was sent. Undefined: nothing was. */
  readonly sent?: Pick<WebhookAttempt, "sentAt" | "durationMs" | "url" | "requestHeaders">;
};

/** @returns undefined if the webhook has been deleted, and its deliveries with it; or if others may have taken it over. */
async function tryDelivery(
  ports: DeliveryPorts,
  settings: DeliverySettings,
  delivery: WebhookDelivery,
  claim: DeliveryClaim,
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
  const signing = await signDelivery(ports, webhook);
  if (signing === "gone")
    return {
      payload: delivery.payload,
      outcome: { kind: "refused", problem: "the app has been uninstalled" },
    };
  const rendered = delivery.payload ?? (await render(ports, webhook, delivery));
  if (typeof rendered !== "string") return { payload: undefined, outcome: rendered };
  // Loaded for the first delivery, so that clients of HTTP and TLS do not slow down every start.
  const { sendWebhook } = await import("./send-webhook.ts");
  const send = settings.send ?? sendWebhook;
  const headers = { ...deliveryHeaders(webhook, delivery), ...signing?.headers };
  // A process that was frozen goes on before its timers fire: another one may have sent this and later ones by now.
  if (!claim.isCertain()) return undefined;
  const sentAt = ports.clock();
  const begin = performance.now();
  const outcome = await send({
    url: webhook.url,
    body: rendered,
    secret: signing?.secret ?? webhook.secret,
    headers,
    skipsCertificateCheck: webhook.skipsCertificateCheck,
    mayReachPrivateAddresses: ports.config.mayReachPrivateAddresses,
    resolveName: settings.resolveName,
    sendMsMax: settings.sendMsMax,
    signal,
  });
  reachFaultPoint("webhook.sent");
  const durationMs = Math.round(performance.now() - begin);
  const requestHeaders = shownHeaders(headers, signing?.secret ?? webhook.secret);
  return {
    payload: rendered,
    outcome,
    sent: { sentAt, durationMs, url: withoutPassword(webhook.url), requestHeaders },
  };
}

/** A signature is not repeated: with the payload, it would let anyone who sees it try out secrets. */
function shownHeaders(
  headers: Readonly<Record<string, string>>,
  secret: Secret | undefined,
): readonly HeaderLine[] {
  return [
    ...Object.entries(headers).map(([name, value]) =>
      name === "authorization" ? ([name, withoutSignature(value)] as const) : ([name, value] as const),
    ),
    ...(secret === undefined ? [] : [["x-hub-signature", "sha256=\u2026"] as const]),
  ];
}

type Signing = { readonly headers: Readonly<Record<string, string>>; readonly secret: Secret };

/** How an app is shown where a delivery comes from. Undefined for a webhook that is no app's, or whose app has no secret. */
async function signDelivery(
  ports: DeliveryPorts,
  { installationUuid, url }: Webhook,
): Promise<Signing | "gone" | undefined> {
  if (installationUuid === undefined) return undefined;
  const installation = await findInstallation(ports.database.kysely, installationUuid);
  if (installation?.state !== "installed") return "gone";
  if (installation.descriptor.authentication === "none") return undefined;
  const secret = await openSharedSecret(ports, installation);
  const token = writeTokenForApp(installation, secret, { method: "POST", url }, ports.clock());
  return { headers: { authorization: `JWT ${token.text}` }, secret };
}

async function render(
  ports: DeliveryPorts,
  { installationUuid }: Webhook,
  delivery: WebhookDelivery,
): Promise<string | UnknownEvent | Exclude<SendOutcome, { kind: "answered" }>> {
  try {
    const rendered = await renderPayload(ports, delivery);
    switch (rendered.kind) {
      case "rendered":
        // Recorded: apps get the same payload, wrapped.
        return installationUuid === undefined
          ? rendered.body
          : `{"event":${JSON.stringify(delivery.eventKey)},"data":${rendered.body}}`;
      case "gone":
        return { kind: "refused", problem: "what it tells of is no longer there" };
      case "unknown":
        return rendered;
      case "too-large":
        return { kind: "refused", problem: `the payload is larger than ${PAYLOAD_BYTES_MAX} bytes` };
    }
  } catch (error) {
    // Counted as an attempt, so that an event without a payload does not block later ones for ever.
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
    // Recorded for apps alone.
    ...(webhook.installationUuid === undefined ? {} : { "x-event-time": delivery.createdAt.toUTCString() }),
  };
}

async function record(
  ports: DeliveryPorts,
  { retryMs }: DeliverySettings,
  delivery: WebhookDelivery,
  { payload, outcome, sent }: Attempt,
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
  if (sent !== undefined) {
    const answer = outcome.kind === "answered" ? outcome.answer : undefined;
    await insertAttempt(ports.database.kysely, delivery.uuid, {
      ...sent,
      number: attempts,
      responseStatus,
      responseHeaders: answer?.headers ?? [],
      responseBody: answer?.body,
      isBodyCut: answer?.isBodyCut ?? false,
      problem,
    });
  }
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
 * During an upgrade, servers of both versions send deliveries: one that knows the event will take it. After a day the
 * delivery fails, so that it does not block later ones for ever: it stays in the history, and `pail webhook redeliver`
 * enqueues it again.
 */
async function postponeUnknown(
  { database, clock, log }: DeliveryPorts,
  { retryMs }: Pick<DeliverySettings, "retryMs">,
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
