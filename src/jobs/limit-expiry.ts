import type { Ports } from "../ports.ts";
import { deleteLimitCountsBefore } from "../storage/sql/limits/limit-counts.ts";
import { type Repeated, repeat } from "./repeat.ts";

const STEP_MS = 600_000;

/** Deletes what nodes have counted together and what counts no more, now and every ten minutes. */
export function startLimitExpiry({
  database,
  clock,
  log,
}: Pick<Ports, "database" | "clock" | "log">): Repeated {
  const run = () =>
    deleteLimitCountsBefore(database.kysely, clock()).catch((error: unknown) =>
      log.warn({ err: error }, "old counts of limits were not deleted"),
    );
  return repeat(run, STEP_MS);
}
