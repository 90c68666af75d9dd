import type { Ports } from "../ports.ts";
import { deleteAppCallsBefore } from "../storage/sql/apps/app-calls.ts";
import { deleteDeliveriesBefore } from "../storage/sql/webhooks/webhook-deliveries.ts";
import { type Repeated, repeat } from "./repeat.ts";

/** How long deliveries, and calls of apps, are stored so that they can be inspected. */
export const HISTORY_MS = 30 * 86_400_000;
const STEP_MS = 3_600_000;

/** Deletes deliveries and calls that ended long ago, now and every hour. */
export function startHistoryExpiry({
  database,
  clock,
  log,
}: Pick<Ports, "database" | "clock" | "log">): Repeated {
  const run = async () => {
    const before = new Date(clock().getTime() - HISTORY_MS);
    await Promise.all([
      deleteDeliveriesBefore(database.kysely, before),
      deleteAppCallsBefore(database.kysely, before),
    ]).catch((error: unknown) => log.warn({ err: error }, "old deliveries were not deleted"));
  };
  return repeat(run, STEP_MS);
}
