import type { Ports } from "../ports.ts";
import { deleteCursorsOutside } from "../storage/sql/commits/commits-cursors.ts";
import { type Repeated, repeat } from "./repeat.ts";

/** How long the pages of a list of commits can be followed. */
export const CURSOR_AGE_MS_MAX = 7 * 86_400_000;
const STEP_MS = 3_600_000;

/** Deletes old cursors now and every hour. */
export function startCursorExpiry({
  database,
  clock,
  log,
}: Pick<Ports, "database" | "clock" | "log">): Repeated {
  const run = () => {
    const now = clock().getTime();
    const [oldest, latest] = [new Date(now - CURSOR_AGE_MS_MAX), new Date(now + CURSOR_AGE_MS_MAX)];
    return deleteCursorsOutside(database.kysely, oldest, latest).catch((error: unknown) =>
      log.warn({ err: error }, "old cursors were not deleted"),
    );
  };
  return repeat(run, STEP_MS);
}
