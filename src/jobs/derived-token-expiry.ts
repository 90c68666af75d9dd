import type { Ports } from "../ports.ts";
import { deleteDerivedTokensBefore } from "../storage/sql/tokens/derived-tokens.ts";

/** How long a derived token that has ended is still listed. */
export const DERIVED_TOKEN_AGE_MS_MAX = 30 * 86_400_000;
const STEP_MS = 3_600_000;

/** Deletes the rows of derived tokens that ended long ago, now and every hour, until the returned function is called. */
export function startDerivedTokenExpiry({
  database,
  clock,
  log,
}: Pick<Ports, "database" | "clock" | "log">): () => void {
  const run = () => {
    const before = new Date(clock().getTime() - DERIVED_TOKEN_AGE_MS_MAX);
    deleteDerivedTokensBefore(database.kysely, before).catch((error: unknown) =>
      log.warn({ err: error }, "old derived tokens were not deleted"),
    );
  };
  run();
  const timer = setInterval(run, STEP_MS);
  timer.unref();
  return () => clearInterval(timer);
}
