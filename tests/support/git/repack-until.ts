import { setTimeout as delay } from "node:timers/promises";
import type { Uuid } from "../../../src/model/uuid.ts";
import { maintainRepository } from "../../../src/operations/maintenance/maintain-repository.ts";
import type { Ports } from "../../../src/ports.ts";
import { maintenanceLease } from "../../../src/storage/sql/leases.ts";
import { withLease } from "../../../src/storage/sql/with-lease.ts";
import { agePacks } from "./age-packs.ts";

/** Far more often than the server's own. */
const DROP_EVERY = 4;

/**
 * Joins a part of a repository's packs, and drops what is unreachable, by turns, as the server's own maintenance does, and with its
 * lock. Before each drop all packs are made three weeks old, so that it drops whatever is not kept.
 *
 * @returns how often.
 */
export async function repackUntil(
  ports: Pick<Ports, "database" | "transactions" | "packs" | "packFolders" | "metrics" | "log">,
  repository: Uuid,
  isOver: () => boolean,
): Promise<number> {
  let repacks = 0;
  while (!isOver()) {
    const { signal } = new AbortController();
    const outcome = await withLease(ports, maintenanceLease(repository), signal, async (lease) => {
      if (repacks % DROP_EVERY === 1) await agePacks(ports, repository, { packsDays: 21, dropDays: 8 });
      await maintainRepository({ ...ports, clock: () => new Date() }, repository, lease);
      repacks += 1;
      return "done";
    });
    if (outcome === "busy") await delay(10);
  }
  return repacks;
}
