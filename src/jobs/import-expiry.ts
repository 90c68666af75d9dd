import type { Ports } from "../ports.ts";
import { deleteImportsBefore } from "../storage/sql/imports/repository-imports.ts";

/** How long the outcome of an import can be looked at. */
export const IMPORT_AGE_MS_MAX = 30 * 86_400_000;
const STEP_MS = 3_600_000;

/** Deletes the rows of old imports now and every hour, until the returned function is called. */
export function startImportExpiry({
  database,
  clock,
  log,
}: Pick<Ports, "database" | "clock" | "log">): () => void {
  const run = () => {
    const now = clock();
    deleteImportsBefore(database.kysely, new Date(now.getTime() - IMPORT_AGE_MS_MAX), now).catch(
      (error: unknown) => log.warn({ err: error }, "old imports were not deleted"),
    );
  };
  run();
  const timer = setInterval(run, STEP_MS);
  timer.unref();
  return () => clearInterval(timer);
}
