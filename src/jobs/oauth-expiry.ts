import type { Ports } from "../ports.ts";
import { deleteEndedOauth } from "../storage/sql/oauth/delete-ended-oauth.ts";
import { type Repeated, repeat } from "./repeat.ts";

const STEP_MS = 3_600_000;

/** Deletes codes, tokens and grants of OAuth that ended long ago, now and every hour. */
export function startOauthExpiry({
  database,
  clock,
  log,
}: Pick<Ports, "database" | "clock" | "log">): Repeated {
  const run = () => {
    return deleteEndedOauth(database.kysely, clock()).catch((error: unknown) =>
      log.warn({ err: error }, "what has ended of OAuth was not deleted"),
    );
  };
  return repeat(run, STEP_MS);
}
