import type { Ports } from "../ports.ts";
import { deleteImportsBefore } from "../storage/sql/imports/repository-imports.ts";
import { type Repeated, repeat } from "./repeat.ts";

/** How long the outcome of an import can be looked at. */
export const IMPORT_AGE_MS_MAX = 30 * 86_400_000;
const STEP_MS = 3_600_000;

/** Deletes the rows of old imports now and every hour. */
export function startImportExpiry({
  database,
  clock,
  log,
}: Pick<Ports, "database" | "clock" | "log">): Repeated {
  const run = () => {
    const now = clock();
    return deleteImportsBefore(database.kysely, new Date(now.getTime() - IMPORT_AGE_MS_MAX), now).catch(
      (error: unknown) => log.warn({ err: error }, "old imports were not deleted"),
    );
  };
  return repeat(run, STEP_MS);
}
