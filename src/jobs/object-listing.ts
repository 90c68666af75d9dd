import type { Ports } from "../ports.ts";
import type { StoredContent } from "../storage/content/open-content.ts";
import { findListingState, noteListing } from "../storage/sql/stored-objects/unknown-objects.ts";
import { listUnknownObjects } from "../storage/stored-objects/list-unknown-objects.ts";
import { SWEEP_TIMES } from "../storage/stored-objects/sweep-objects.ts";
import { type Repeated, repeat } from "./repeat.ts";

const STEP_MS = 3_600_000;
const EVERY_MS = 7 * 86_400_000;
/** More lines would say no more. */
const TOLD_MAX = 100;

type ListingJobPorts = Pick<Ports, "database" | "metrics" | "log">;

/** Looks every week for what lies in the store and has no row. Whether a week has passed is looked at now and every hour. */
export function startObjectListing(
  { database, metrics, log }: ListingJobPorts,
  { store }: Pick<StoredContent, "store">,
): Repeated {
  const abort = new AbortController();
  async function list(): Promise<void> {
    try {
      const { now, isDue } = await findListingState(database.kysely, EVERY_MS);
      if (!isDue) return;
      const settings = { now, quietMs: SWEEP_TIMES.quietMs, signal: abort.signal };
      const { listed, unknown, abortedUploads, foreignKeys } = await listUnknownObjects(
        { database, store },
        settings,
      );
      metrics.countUnknownObjects(unknown.length + abortedUploads.length);
      const subject = { "objects.listed": listed };
      // None is expected: the row comes before the bytes.
      for (const name of unknown.slice(0, TOLD_MAX))
        log.error({ ...subject, "object.name": name }, "an object of the store has no row: it is deleted");
      for (const key of abortedUploads.slice(0, TOLD_MAX))
        log.warn({ ...subject, "object.key": key }, "an upload in parts that no row knows was aborted");
      if (foreignKeys.length > 0)
        log.warn(
          { ...subject, "object.keys": foreignKeys },
          "the store has objects of somebody else below its prefix",
        );
      await noteListing(database.kysely);
    } catch (error) {
      if (!abort.signal.aborted) log.warn({ err: error }, "the store was not listed");
    }
  }
  const repeated = repeat(list, STEP_MS);
  return {
    run: repeated.run,
    close() {
      abort.abort();
      return repeated.close();
    },
  };
}
