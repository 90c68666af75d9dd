import { setTimeout as delay } from "node:timers/promises";
import { isDatabaseUnavailable } from "../database-failure.ts";
import type { PostgresPool } from "./postgres-pool.ts";

/**
 * Longer than the server leaves a silent transaction open, so that one whose commit never arrives has ended by then.
 */
const ASKING_MS_MAX = 15_000;
const STEP_MS_MIN = 20;
const STEP_MS_MAX = 500;

/**
 * Finds the outcome of a transaction whose connection was lost at its commit: the commit may have been done, may never
 * arrive, or may still be on its way.
 *
 * @returns undefined if it cannot be found out in time.
 */
export async function findCommitOutcome(
  pool: PostgresPool,
  transactionId: string,
): Promise<"committed" | "aborted" | undefined> {
  const end = performance.now() + ASKING_MS_MAX;
  for (let stepMs = STEP_MS_MIN; performance.now() < end; stepMs = Math.min(2 * stepMs, STEP_MS_MAX)) {
    try {
      const { rows } = await pool.lookUp({
        text: "select txid_status($1::bigint) as status",
        values: [transactionId],
      });
      const { status } = rows[0] as { readonly status: string | null };
      if (status === "committed" || status === "aborted") return status;
      // The server does not know the outcome of a transaction that long ago.
      if (status === null) return undefined;
    } catch (error) {
      if (!isDatabaseUnavailable(error)) return undefined;
    }
    await delay(stepMs);
  }
  return undefined;
}
