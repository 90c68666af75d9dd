import type { Ports } from "../ports.ts";
import {
  deleteMergeTasksBefore,
  releaseQueuedPullRequests,
} from "../storage/sql/pull-requests/merge-tasks.ts";
import { type Repeated, repeat } from "./repeat.ts";

/** How long the outcome of a merge can be asked for. */
export const MERGE_TASK_AGE_MS_MAX = 86_400_000;
const STEP_MS = 60_000;

/**
 * Releases pull requests whose merge was cut off, and deletes old tasks, now and every minute.
 */
export function startMergeTaskExpiry({
  database: { kysely },
  clock,
  log,
}: Pick<Ports, "database" | "clock" | "log">): Repeated {
  const run = async () => {
    const now = clock();
    await releaseQueuedPullRequests(kysely, now);
    await deleteMergeTasksBefore(kysely, new Date(now.getTime() - MERGE_TASK_AGE_MS_MAX));
  };
  const runAndLog = () =>
    run().catch((error: unknown) => log.warn({ err: error }, "tasks of merges were not tidied up"));
  return repeat(runAndLog, STEP_MS);
}
