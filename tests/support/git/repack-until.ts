import { readdir, utimes } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { Uuid } from "../../../src/model/uuid.ts";
import { maintainRepository } from "../../../src/operations/maintenance/maintain-repository.ts";
import type { Ports } from "../../../src/ports.ts";
import { maintenanceLease } from "../../../src/storage/sql/leases.ts";
import { withLease } from "../../../src/storage/sql/with-lease.ts";

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
  ports: Pick<Ports, "database" | "transactions" | "packFolders" | "metrics" | "log">,
  repository: Uuid,
  isOver: () => boolean,
): Promise<number> {
  const packs = ports.packFolders!;
  let repacks = 0;
  while (!isOver()) {
    const { signal } = new AbortController();
    const outcome = await withLease(ports, maintenanceLease(repository), signal, async (lease) => {
      if (repacks % DROP_EVERY === 1) await agePacks((await packs.locate(repository)).path);
      const clock = () => new Date(Date.now() + (repacks % DROP_EVERY === 1 ? 8 : 0) * DAY_MS);
      await maintainRepository({ ...ports, packs, clock }, repository, lease);
      repacks += 1;
      return "done";
    });
    if (outcome === "busy") await delay(10);
  }
  return repacks;
}

async function agePacks(gitDir: string): Promise<void> {
  const folder = join(gitDir, "objects", "pack");
  const old = new Date(Date.now() - 21 * DAY_MS);
  for (const name of await readdir(folder)) await utimes(join(folder, name), old, old).catch(() => {});
}
