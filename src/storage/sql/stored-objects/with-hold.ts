import { randomUUID } from "node:crypto";
import type { Logger } from "pino";
import { Failure } from "../../../model/failure.ts";
import type { Database } from "../database.ts";
import { endHold, HOLD_MS, renewHold, takeHold } from "./holds.ts";

type HoldPorts = { readonly database: Pick<Database, "kysely">; readonly log: Logger };

const RENEWAL_MS = HOLD_MS / 15;
/** What takes longer does not keep everything for ever. */
const HELD_MS_MAX = 7 * 86_400_000;

/**
 * Keeps the sweep from condemning what is unnamed meanwhile. The hold is committed before `work` begins, so a snapshot that `work`
 * takes first is protected by it; it is renewed, and looked at once more at the end.
 *
 * @param work gets a signal that is aborted when the hold is found lost.
 * @throws Failure unavailable if the hold was lost: what `work` has read may not have been whole.
 */
export async function withHold<T>(
  { database: { kysely }, log }: HoldPorts,
  purpose: string,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const id = randomUUID();
  const since = performance.now();
  await takeHold(kysely, { id, purpose });
  const lost = new AbortController();
  let renewal = Promise.resolve();
  const renew = async () => {
    try {
      if (performance.now() - since > HELD_MS_MAX || !(await renewHold(kysely, id)))
        lost.abort(holdLost(purpose));
    } catch (error) {
      // It lives for several renewals.
      log.warn({ err: error, "hold.purpose": purpose }, "a hold was not renewed");
    }
  };
  const timer = setInterval(() => {
    renewal = renewal.then(renew);
  }, RENEWAL_MS);
  timer.unref();
  try {
    const result = await work(lost.signal);
    clearInterval(timer);
    await renewal;
    if (lost.signal.aborted || !(await renewHold(kysely, id))) throw holdLost(purpose);
    return result;
  } finally {
    clearInterval(timer);
    await renewal;
    await endHold(kysely, id).catch((error: unknown) =>
      // It expires by itself.
      log.warn({ err: error, "hold.purpose": purpose }, "a hold was not ended"),
    );
  }
}

function holdLost(purpose: string): Failure {
  return new Failure(
    "unavailable",
    `Cannot finish the ${purpose}: objects that it needs may have been deleted meanwhile, since it took too long or could not reach the database. Run it again`,
  );
}
