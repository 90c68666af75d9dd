import type { Ports } from "../ports.ts";
import { deleteCursorsOutside } from "../storage/sql/commits/commits-cursors.ts";

/** How long the pages of a list of commits can be followed. */
export const CURSOR_AGE_MS_MAX = 7 * 86_400_000;
const STEP_MS = 3_600_000;

/** Deletes old cursors now and every hour, until the returned function is called. */
export function startCursorExpiry({
  database,
  clock,
  log,
}: Pick<Ports, "database" | "clock" | "log">): () => void {
  const run = () => {
    const now = clock().getTime();
    const [oldest, latest] = [new Date(now - CURSOR_AGE_MS_MAX), new Date(now + CURSOR_AGE_MS_MAX)];
    deleteCursorsOutside(database.kysely, oldest, latest).catch((error: unknown) => {
      log.warn({ err: error }, "old cursors were not deleted");
    });
  };
  run();
  const timer = setInterval(run, STEP_MS);
  timer.unref();
  return () => clearInterval(timer);
}
