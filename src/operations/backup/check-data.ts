import { Failure } from "../../model/failure.ts";
import type { Ports } from "../../ports.ts";
import { listIntegrityFaults } from "../../storage/sql/sqlite/list-integrity-faults.ts";
import { checkFolderData } from "./check-folder-data.ts";
import type { CheckOutcome } from "./check-outcome.ts";
import { checkStoredData } from "./check-stored-data.ts";
import { type Finding, FROM_BACKUP } from "./finding.ts";

type CheckPorts = Pick<
  Ports,
  "config" | "database" | "packs" | "packFolders" | "downloads" | "stored" | "keys" | "clock"
>;

/**
 * Checks, beside running servers, that the database is intact, and that what its rows need is there: in the files of a data
 * folder, or in the object store. Changes nothing but what can be derived from other data: see `checkRepository`.
 */
export async function checkData(
  ports: CheckPorts,
  { isFull }: { readonly isFull: boolean },
): Promise<CheckOutcome> {
  const damage = await checkDatabase(ports);
  // With a damaged database, further checks would report whatever happens to be unreadable.
  if (damage.length > 0) return { repositories: 0, refs: 0, downloads: 0, findings: damage };
  const { stored } = ports;
  return stored === undefined
    ? checkFolderData(ports, isFull)
    : checkStoredData({ ...ports, stored }, isFull);
}

async function checkDatabase({ config, database }: CheckPorts): Promise<readonly Finding[]> {
  // PostgreSQL has checks of its own (amcheck).
  if (config.database.kind !== "sqlite") return [];
  const faults = await findDatabaseFaults(database);
  if (faults.length === 0) return [];
  const detail = faults.slice(0, 10).join("; ");
  const { path } = config.database;
  return [
    { kind: "damaged-database", isHarmless: false, repository: undefined, path, detail, remedy: FROM_BACKUP },
  ];
}

async function findDatabaseFaults({ kysely }: CheckPorts["database"]): Promise<readonly string[]> {
  try {
    return await listIntegrityFaults(kysely);
  } catch (error) {
    if (error instanceof Failure && error.kind === "unavailable")
      return [error.details.reason ?? error.message];
    throw error;
  }
}
