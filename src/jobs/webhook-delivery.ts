import { reachFaultPoint } from "../fault-points.ts";
import { Failure } from "../model/failure.ts";
import type { Uuid } from "../model/uuid.ts";
import { listDueDeliveries } from "../storage/sql/webhooks/webhook-deliveries.ts";
import {
  DELIVERY_SCHEDULE,
  type DeliveryOptions,
  type DeliveryPorts,
  type DeliverySchedule,
  type DeliverySettings,
  deliverWebhook,
} from "../webhooks/deliver-webhook.ts";
import { claimDelivery } from "../webhooks/delivery-claim.ts";

/**
 * Connections at once, in total and for the webhooks of one workspace, so that its dead targets do not delay other
 * workspaces.
 */
const AT_ONCE_MAX = 64;
const AT_ONCE_OF_WORKSPACE_MAX = 16;

/**
 * Sends pending deliveries, in order for each webhook and at least once, also after a restart and beside another
 * server.
 */
export type WebhookDeliveries = {
  /** To be called when a delivery is enqueued. Returns at once. */
  wake(): void;
  /** Starts what is due by now. What has been sent then may not have been answered yet. */
  run(): Promise<void>;
  close(): Promise<void>;
};

type UnderWay = { readonly workspaceUuid: Uuid; readonly ended: Promise<void> };

export function startWebhookDeliveries(
  ports: DeliveryPorts,
  options: DeliveryOptions = {},
): WebhookDeliveries {
  const settings: DeliverySettings = { ...DELIVERY_SCHEDULE, ...options };
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

  /** @returns how many deliveries were started. */
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
      const ended = deliverWebhook(ports, settings, delivery, claim, abort.signal)
        .catch((error: unknown) =>
          // While the database is unavailable the delivery stays pending, and is sent again.
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
  wake();
  return {
    wake,
    async run() {
      wake();
      await looking;
    },
    async close() {
      clearInterval(timer);
      abort.abort();
      await looking;
      await Promise.all([...underWay.values()].map(({ ended }) => ended));
    },
  };
}

/**
 * The longest wait, for the next attempt or for the end of a claim. A later time was written by a clock that was ahead.
 */
function farthestDueAt({ retryMs, claimMs }: DeliverySchedule, now: Date): Date {
  return new Date(now.getTime() + Math.max(...retryMs, claimMs) + claimMs);
}

function countByWorkspace(underWay: Iterable<UnderWay>): Map<Uuid, number> {
  const counts = new Map<Uuid, number>();
  for (const { workspaceUuid } of underWay) counts.set(workspaceUuid, (counts.get(workspaceUuid) ?? 0) + 1);
  return counts;
}
