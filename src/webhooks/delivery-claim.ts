import type { WebhookDelivery } from "../model/webhook.ts";
import type { Ports } from "../ports.ts";
import { moveDueInstant } from "../storage/sql/webhooks/webhook-deliveries.ts";

/** A delivery that only this server may send. */
export type DeliveryClaim = {
  /** Aborted when another server has taken it over, in the belief that this one had ended. */
  readonly lost: AbortSignal;
  /** Whether it is certain that no other server has taken it over: not after this process was frozen, before it has asked. */
  isCertain(): boolean;
  /** Releases the claim. @returns until when it would have been valid. */
  stop(): Promise<Date>;
};

/**
 * Claims a due delivery, unless another server was faster. A claim is kept by moving the time at which the delivery is
 * due into the future, again and again: other servers then ignore it, and later deliveries of the same webhook. If this
 * server dies, the delivery is soon due again. The servers' clocks may differ by less than `claimMs`: those of nodes follow the
 * database's.
 */
export async function claimDelivery(
  { database, clock, log }: Pick<Ports, "database" | "clock" | "log">,
  delivery: WebhookDelivery,
  claimMs: number,
): Promise<DeliveryClaim | undefined> {
  let heldUntil = delivery.dueAt;
  let askedAt = performance.now();
  const hold = async () => {
    const sentAt = performance.now();
    const to = new Date(clock().getTime() + claimMs);
    const isHeld = await moveDueInstant(database.kysely, delivery, { from: heldUntil, to });
    if (isHeld) [heldUntil, askedAt] = [to, sentAt];
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
    isCertain: () => !lost.signal.aborted && performance.now() - askedAt < claimMs,
    async stop() {
      clearInterval(timer);
      await holding;
      return heldUntil;
    },
  };
}
