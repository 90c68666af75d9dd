import type { Ports } from "../ports.ts";
import type { StoredContent } from "../storage/content/open-content.ts";
import { SWEEP_TIMES, sweepObjects } from "../storage/stored-objects/sweep-objects.ts";
import { type Repeated, repeat } from "./repeat.ts";

const STEP_MS = 60_000;
const DAY_MS = 86_400_000;

type SweepJobPorts = Pick<Ports, "config" | "database" | "metrics" | "log">;

/** Deletes objects without a name from the store, now and every minute. */
export function startObjectSweep(
  { config, database, metrics, log }: SweepJobPorts,
  { store }: Pick<StoredContent, "store">,
): Repeated {
  const abort = new AbortController();
  const times = { ...SWEEP_TIMES, retentionMs: config.objectRetentionDays * DAY_MS };
  async function sweep(): Promise<void> {
    try {
      const { removed, errors } = await sweepObjects({ database, store }, times, abort.signal);
      metrics.countSweptObjects(removed);
      if (errors.length > 0)
        log.warn(
          { err: errors[0], "objects.failed": errors.length },
          "objects were not deleted from the store",
        );
    } catch (error) {
      if (!abort.signal.aborted) log.warn({ err: error }, "the store was not swept");
    }
  }
  const repeated = repeat(sweep, STEP_MS);
  return {
    run: repeated.run,
    close() {
      abort.abort();
      return repeated.close();
    },
  };
}
