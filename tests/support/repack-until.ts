import { readdir, utimes } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { Uuid } from "../../src/model/uuid.ts";
import {
  type MaintainPorts,
  maintainRepository,
} from "../../src/operations/maintenance/maintain-repository.ts";
import { takeMaintenanceLock } from "../../src/storage/packs/maintenance-lock.ts";

const DAY_MS = 86_400_000;
/** Far more often than the server's own. */
const DROP_EVERY = 4;

/**
 * Joins a part of a repository's packs, and drops what is unreachable, by turns, as the server's own maintenance does, and with its
 * lock. Before each drop all packs are made three weeks old, so that it drops whatever is not kept.
 *
 * @returns how often.
 */
export async function repackUntil(
  ports: Pick<MaintainPorts, "database" | "transactions" | "packs" | "log">,
  repository: Uuid,
  isOver: () => boolean,
): Promise<number> {
  let repacks = 0;
  while (!isOver()) {
    const lock = await takeMaintenanceLock(ports.packs.gitDir(repository));
    if (lock === undefined) {
      await delay(10);
      continue;
    }
    try {
      if (repacks % DROP_EVERY === 1) await agePacks(ports.packs.gitDir(repository));
      const clock = () => new Date(Date.now() + (repacks % DROP_EVERY === 1 ? 8 : 0) * DAY_MS);
      await maintainRepository({ ...ports, clock }, repository, new AbortController().signal);
      repacks += 1;
    } finally {
      lock.release();
    }
  }
  return repacks;
}

async function agePacks(gitDir: string): Promise<void> {
  const folder = join(gitDir, "objects", "pack");
  const old = new Date(Date.now() - 21 * DAY_MS);
  for (const name of await readdir(folder)) await utimes(join(folder, name), old, old).catch(() => {});
}
