import type { Ports } from "../ports.ts";
import { deleteDerivedTokensBefore } from "../storage/sql/tokens/derived-tokens.ts";
import { type Repeated, repeat } from "./repeat.ts";

/** How long a derived token that has ended is still listed. */
export const DERIVED_TOKEN_AGE_MS_MAX = 30 * 86_400_000;
const STEP_MS = 3_600_000;

/** Deletes the rows of derived tokens that ended long ago, now and every hour. */
export function startDerivedTokenExpiry({
  database,
  clock,
  log,
}: Pick<Ports, "database" | "clock" | "log">): Repeated {
  const run = () => {
    const before = new Date(clock().getTime() - DERIVED_TOKEN_AGE_MS_MAX);
    return deleteDerivedTokensBefore(database.kysely, before).catch((error: unknown) =>
      log.warn({ err: error }, "old derived tokens were not deleted"),
    );
  };
  return repeat(run, STEP_MS);
}
