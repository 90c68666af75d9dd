import { randomUUID } from "node:crypto";
import type { Kysely } from "kysely";
import type { Logger } from "pino";
import type { Metrics } from "../../metrics/metrics.ts";
import { LEASE_MS, type Lease, releaseLease, renewLease, takeLease } from "./leases.ts";
import type { Schema } from "./schema.ts";

export type HeldLease = Lease & {
  /** Aborted when the lease is lost or may soon be lost, or by the caller's signal. */
  readonly signal: AbortSignal;
};

type LeasePorts = {
  readonly database: { readonly kysely: Kysely<Schema> };
  readonly metrics: Pick<Metrics, "noteLease">;
  readonly log: Logger;
};

const RENEWAL_MS = LEASE_MS / 3;

/**
 * Runs something that only one server may do at a time, under a lease that is renewed meanwhile. The signal only saves
 * work: after a long pause a process continues before its timers fire, so whatever `work` changes must be guarded by
 * `requireLease`.
 *
 * @returns "busy" if another server has the lease.
 */
export async function withLease<T>(
  { database, metrics, log }: LeasePorts,
  name: string,
  signal: AbortSignal,
  work: (lease: HeldLease) => Promise<T>,
): Promise<T | "busy"> {
  const lost = new AbortController();
  let renewedAt = performance.now();
  const lease = await takeLease(database.kysely, name, randomUUID());
  if (lease === undefined) return "busy";
  metrics.noteLease("taken");
  const renew = async () => {
    const sentAt = performance.now();
    try {
      if (await renewLease(database.kysely, lease)) renewedAt = sentAt;
      else lost.abort();
    } catch (error) {
      log.warn({ err: error, "lease.name": name }, "a lease was not renewed");
      if (performance.now() - renewedAt >= 2 * RENEWAL_MS) lost.abort();
    }
  };
  let renewal = Promise.resolve();
  const timer = setInterval(() => {
    renewal = renewal.then(renew);
  }, RENEWAL_MS);
  timer.unref();
  try {
    return await work({ ...lease, signal: AbortSignal.any([signal, lost.signal]) });
  } finally {
    clearInterval(timer);
    await renewal;
    metrics.noteLease(lost.signal.aborted ? "lost" : "released");
    // Otherwise it expires by itself.
    await releaseLease(database.kysely, lease).catch((error: unknown) =>
      log.warn({ err: error, "lease.name": name }, "a lease was not released"),
    );
  }
}
