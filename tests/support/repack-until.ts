import { setTimeout as delay } from "node:timers/promises";
import { maintainRepository } from "../../src/git/packs/maintain.ts";
import { takeMaintenancePlace } from "../../src/jobs/maintenance-place.ts";

const DAY_MS = 86_400_000;

/**
 * Joins a part of a repository's packs, and all of them, by turns, as the server's own maintenance does, and in its place: two
 * repacks at once remove each other's packs.
 *
 * @param writeRefs what is done first each time.
 * @returns how often.
 */
export async function repackUntil(
  gitDir: string,
  isOver: () => boolean,
  writeRefs: () => Promise<unknown> = async () => {},
): Promise<number> {
  let repacks = 0;
  while (!isOver()) {
    const givePlaceBack = await takeMaintenancePlace(gitDir);
    if (givePlaceBack === undefined) {
      await delay(10);
      continue;
    }
    try {
      await writeRefs();
      await maintainRepository({ gitDir }, new Date(Date.now() + (repacks % 2) * 8 * DAY_MS));
      repacks += 1;
    } finally {
      await givePlaceBack();
    }
  }
  return repacks;
}
