import { setTimeout as delay } from "node:timers/promises";
import { type MaintainPorts, maintainRepository } from "../../src/jobs/maintain-repository.ts";
import { takeMaintenancePlace } from "../../src/jobs/maintenance-place.ts";
import type { Uuid } from "../../src/model/uuid.ts";

const DAY_MS = 86_400_000;
/** Far more often than the server's own. */
const DROP_EVERY = 4;

/**
 * Joins a part of a repository's packs, and drops what is unreachable, by turns, as the server's own maintenance does, and in its
 * place.
 *
 * @returns how often.
 */
export async function repackUntil(
  ports: Pick<MaintainPorts, "database" | "packs">,
  repository: Uuid,
  isOver: () => boolean,
): Promise<number> {
  let repacks = 0;
  while (!isOver()) {
    const givePlaceBack = await takeMaintenancePlace(ports.packs.gitDir(repository));
    if (givePlaceBack === undefined) {
      await delay(10);
      continue;
    }
    try {
      const clock = () => new Date(Date.now() + (repacks % DROP_EVERY === 1 ? 8 : 0) * DAY_MS);
      await maintainRepository({ ...ports, clock }, repository, new AbortController().signal);
      repacks += 1;
    } finally {
      await givePlaceBack();
    }
  }
  return repacks;
}
