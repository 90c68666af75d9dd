import { setImmediate } from "node:timers/promises";
import { reachFaultPoint } from "../fault-points.ts";
import { Failure } from "../model/failure.ts";
import type { Uuid } from "../model/uuid.ts";
import { maintainRepository } from "../operations/maintenance/maintain-repository.ts";
import type { Maintenance, Ports } from "../ports.ts";
import { LEASE_MS, maintenanceLease } from "../storage/sql/leases.ts";
import { findRepository } from "../storage/sql/repositories/repositories.ts";
import { withLease } from "../storage/sql/with-lease.ts";

type MaintenancePorts = Pick<Ports, "database" | "transactions" | "packs" | "metrics" | "clock" | "log">;

const POSTPONED_MS = LEASE_MS / 3;

/** Repositories are maintained one at a time, so that maintenance does not take the processors away from pushes. */
export function openMaintenance(ports: MaintenancePorts): Maintenance {
  const waiting = new Set<Uuid>();
  const postponed = new Map<Uuid, NodeJS.Timeout>();
  const abort = new AbortController();
  let running: Promise<void> | undefined;

  async function run(): Promise<void> {
    // The push that led here is answered first.
    await setImmediate();
    for (const repository of waiting) {
      waiting.delete(repository);
      if (abort.signal.aborted) return;
      try {
        if ((await maintain(ports, repository, abort.signal)) === "busy") postpone(repository);
      } catch (error) {
        // A repository that is deleted meanwhile needs no maintenance.
        if (!abort.signal.aborted && (await isThere(ports, repository)))
          ports.log[error instanceof Failure ? "warn" : "error"](
            { "repository.uuid": repository, err: error },
            "maintenance failed",
          );
      }
    }
  }

  function wake(repository: Uuid): void {
    if (abort.signal.aborted) return;
    clearTimeout(postponed.get(repository));
    postponed.delete(repository);
    waiting.add(repository);
    running ??= run().finally(() => {
      running = undefined;
    });
  }

  /** The server with the lease may not know of the latest pushes, or may have been killed. */
  function postpone(repository: Uuid): void {
    if (abort.signal.aborted) return;
    clearTimeout(postponed.get(repository));
    postponed.set(repository, setTimeout(() => wake(repository), POSTPONED_MS).unref());
  }

  return {
    wake,
    async idle() {
      while (running !== undefined) await running;
    },
    async close() {
      abort.abort();
      for (const timer of postponed.values()) clearTimeout(timer);
      await running;
    },
  };
}

async function isThere({ database }: MaintenancePorts, repository: Uuid): Promise<boolean> {
  const found = await findRepository(database.kysely, undefined, { uuid: repository }).catch(() => null);
  return found !== undefined;
}

/** @returns "busy" if another server maintains the repository. */
async function maintain(
  ports: MaintenancePorts,
  uuid: Uuid,
  signal: AbortSignal,
): Promise<"busy" | undefined> {
  if (!(await ports.packs.needsMaintenance(uuid))) return undefined;
  return withLease(ports, maintenanceLease(uuid), signal, async (lease) => {
    reachFaultPoint("maintenance.begun");
    const started = performance.now();
    await maintainRepository(ports, uuid, lease);
    const duration = Math.round(performance.now() - started);
    ports.log.info({ "repository.uuid": uuid, duration_ms: duration }, "maintenance");
    return undefined;
  });
}
