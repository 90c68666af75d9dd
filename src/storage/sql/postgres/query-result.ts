import type { QueryResult } from "kysely";
import type pg from "pg";

/** Commands whose row count is the number of changed rows. */
const CHANGING_COMMANDS = new Set(["INSERT", "UPDATE", "DELETE", "MERGE"]);

/** What Kysely expects of a driver. */
export function toQueryResult<Row>({ rows, command, rowCount }: pg.QueryResult): QueryResult<Row> {
  return CHANGING_COMMANDS.has(command)
    ? { rows: rows as Row[], numAffectedRows: BigInt(rowCount ?? 0) }
    : { rows: rows as Row[] };
}

export function refuseToStream(): never {
  throw new Error("Rows are not streamed: read them in pages");
}
