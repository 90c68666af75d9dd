import type { WebhookDelivery } from "../model/webhook.ts";
import type { Ports } from "../ports.ts";
import { moveDueInstant } from "../storage/sql/webhooks/webhook-deliveries.ts";

/** A delivery that this server alone has under way. */
export type DeliveryClaim = {
  /** Aborted when another server has taken it over: this one was thought to have ended. */
  readonly lost: AbortSignal;
  /** Holds it no longer. @returns until when it would have been held. */
  stop(): Promise<Date>;
};

/**
 * Takes a delivery that is due, unless another server was quicker. To hold it is to move the instant at which it is due into
 * the future, again and again: the other servers leave it alone, and those behind it in line with it. When this server ends
 * without a word, it is due again soon. The servers' clocks must agree better than `claimMs`.
 */
export async function claimDelivery(
  { database, clock, log }: Pick<Ports, "database" | "clock" | "log">,
  delivery: WebhookDelivery,
  claimMs: number,
): Promise<DeliveryClaim | undefined> {
  let heldUntil = delivery.dueAt;
  const hold = async () => {
    const to = new Date(clock().getTime() + claimMs);
    const isHeld = await moveDueInstant(database.kysely, delivery, { from: heldUntil, to });
    if (isHeld) heldUntil = to;
    return isHeld;
  };
  if (!(await hold())) return undefined;
  const lost = new AbortController();
  let holding = Promise.resolve();
  const timer = setInterval(() => {
    holding = holding
      .then(async () => {
        if (!lost.signal.aborted && !(await hold())) lost.abort();
      })
      .catch((error: unknown) => log.warn({ err: error }, "the claim on a delivery was not prolonged"));
  }, claimMs / 3);
  timer.unref();
  return {
    lost: lost.signal,
    async stop() {
      clearInterval(timer);
      await holding;
      return heldUntil;
    },
  };
}
