import { type Kysely, PostgresAdapter, sql } from "kysely";
import type { Uuid } from "../../model/uuid.ts";
import type { Schema } from "./schema.ts";

/** A row that must stay as it is until the transaction ends. */
export type LockedRow = {
  readonly table: "repository" | "project" | "workspace" | "account" | "api_token";
  readonly uuid: Uuid;
  /** `update`: nobody else has it. `share`: others may have it too, but nobody changes it. */
  readonly strength: "update" | "share";
};

const TABLES: readonly LockedRow["table"][] = ["repository", "project", "workspace", "account", "api_token"];

/**
 * Locks rows, in one order for all who do, so that no two wait for each other. What is read by the statements after it is as it
 * was committed by then. On SQLite a transaction that may write has everything locked from its beginning: nothing is asked.
 *
 * @returns false if one of the rows is not there: then none is locked.
 */
export async function lockRows(tx: Kysely<Schema>, rows: readonly LockedRow[]): Promise<boolean> {
  if (rows.length === 0 || !(tx.getExecutor().adapter instanceof PostgresAdapter)) return true;
  const ordered = inOrder(rows).map((row, index) => ({ ...row, alias: sql.id(`locked_${index}`) }));
  const tables = ordered.map(({ table, alias }) => sql`${sql.table(table)} as ${alias}`);
  const keys = ordered.map(({ alias, uuid }) => sql`${alias}.uuid = ${uuid}`);
  // "No key": rows that refer to it may be added meanwhile, as each of their foreign keys asks.
  const locks = ordered.map(({ alias, strength }) =>
    strength === "update" ? sql`for no key update of ${alias}` : sql`for share of ${alias}`,
  );
  const { rows: found } = await sql`select 1 from ${sql.join(tables)}
    where ${sql.join(keys, sql` and `)} ${sql.join(locks, sql` `)}`.execute(tx);
  return found.length > 0;
}

/** Each row once, with the stronger of its locks. PostgreSQL takes the locks in the order in which they are written. */
function inOrder(rows: readonly LockedRow[]): readonly LockedRow[] {
  const byKey = new Map<string, LockedRow>();
  for (const row of rows) {
    const key = `${TABLES.indexOf(row.table)} ${row.uuid}`;
    if (byKey.get(key)?.strength !== "update") byKey.set(key, row);
  }
  return [...byKey.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
}
