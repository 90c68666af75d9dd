import { setImmediate } from "node:timers/promises";
import { reachFaultPoint } from "../fault-points.ts";
import { Failure } from "../model/failure.ts";
import type { Uuid } from "../model/uuid.ts";
import { maintainRepository } from "../operations/maintenance/maintain-repository.ts";
import type { Maintenance, Ports } from "../ports.ts";
import { takeMaintenanceLock } from "../storage/packs/maintenance-lock.ts";
import { findRepository } from "../storage/sql/repositories/repositories.ts";

type MaintenancePorts = Pick<Ports, "database" | "transactions" | "packs" | "clock" | "log">;

/** Repositories wait in line, one at a time: maintenance must not take the machine from those who push. */
export function openMaintenance(ports: MaintenancePorts): Maintenance {
  const waiting = new Set<Uuid>();
  const abort = new AbortController();
  let running: Promise<void> | undefined;

  async function run(): Promise<void> {
    // Whoever has pushed gets the answer first.
    await setImmediate();
    for (const repository of waiting) {
      waiting.delete(repository);
      if (abort.signal.aborted) return;
      try {
        await maintain(ports, repository, abort.signal);
      } catch (error) {
        // A repository that is deleted while it is worked on needs no maintenance.
        if (!abort.signal.aborted && (await isThere(ports, repository)))
          ports.log[error instanceof Failure ? "warn" : "error"](
            { "repository.uuid": repository, err: error },
            "maintenance failed",
          );
      }
    }
  }

  return {
    wake(repository) {
      if (abort.signal.aborted) return;
      waiting.add(repository);
      running ??= run().finally(() => {
        running = undefined;
      });
    },
    async idle() {
      while (running !== undefined) await running;
    },
    async close() {
      abort.abort();
      await running;
    },
  };
}

async function isThere({ database }: MaintenancePorts, repository: Uuid): Promise<boolean> {
  const found = await findRepository(database.kysely, undefined, { uuid: repository }).catch(() => null);
  return found !== undefined;
}

async function maintain(ports: MaintenancePorts, uuid: Uuid, signal: AbortSignal): Promise<void> {
  if (!(await ports.packs.needsMaintenance(uuid))) return;
  const lock = await takeMaintenanceLock(ports.packs.gitDir(uuid));
  if (lock === undefined) return;
  reachFaultPoint("maintenance.begun");
  try {
    const started = performance.now();
    await maintainRepository(ports, uuid, signal);
    const duration = Math.round(performance.now() - started);
    ports.log.info({ "repository.uuid": uuid, duration_ms: duration }, "maintenance");
  } finally {
    lock.release();
  }
}
