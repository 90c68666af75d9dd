import type { Logger } from "pino";
import type { Database } from "./database.ts";
import { databaseNow } from "./database-now.ts";
import { type FollowedClock, followClock } from "./follow-clock.ts";

export type DatabaseClock = FollowedClock & {
  /** How many ms this machine's clock is ahead of the database's; negative if it is behind. */
  machineAheadMs(): number;
};

/** Beyond this the operator is told, since logs and certificates go by the machine's clock. Nothing else does. */
const NOTABLE_MS = 5_000;

/**
 * Opens a clock that goes as the database's does, so that all nodes on it agree on the time: what one of them writes as
 * due, expired or recent is so for the others, though their machines' clocks differ by minutes. A node without an answer
 * goes on by its monotonic clock.
 *
 * @throws what the driver throws if there is no first answer.
 */
export async function openDatabaseClock({
  database: { kysely },
  log,
}: {
  readonly database: Pick<Database, "kysely">;
  readonly log: Logger;
}): Promise<DatabaseClock> {
  const followed = await followClock({
    async ask() {
      const { now } = await kysely.selectNoFrom(databaseNow(kysely).as("now")).executeTakeFirstOrThrow();
      return Number(now);
    },
    log,
  });
  const machineAheadMs = () => Date.now() - followed.clock().getTime();
  const aheadMs = machineAheadMs();
  if (Math.abs(aheadMs) > NOTABLE_MS)
    log.warn(
      { "clock.ahead_ms": aheadMs },
      "the clock of this machine differs from the database's: set it by NTP",
    );
  return { ...followed, machineAheadMs };
}
