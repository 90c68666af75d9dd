import type { Ports } from "../ports.ts";
import { deleteEndedOauth } from "../storage/sql/oauth/delete-ended-oauth.ts";

const STEP_MS = 3_600_000;

/** Deletes codes, tokens and grants of OAuth that ended long ago, now and every hour, until the returned function is called. */
export function startOauthExpiry({
  database,
  clock,
  log,
}: Pick<Ports, "database" | "clock" | "log">): () => void {
  const run = () => {
    deleteEndedOauth(database.kysely, clock()).catch((error: unknown) =>
      log.warn({ err: error }, "what has ended of OAuth was not deleted"),
    );
  };
  run();
  const timer = setInterval(run, STEP_MS);
  timer.unref();
  return () => clearInterval(timer);
}
