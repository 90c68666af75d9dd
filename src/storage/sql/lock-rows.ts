import { type Kysely, PostgresAdapter, sql } from "kysely";
import type { Uuid } from "../../model/uuid.ts";
import type { Schema } from "./schema.ts";
import { sendAhead } from "./send-ahead.ts";

/** A row that must not change until the transaction ends. */
export type LockedRow = {
  readonly table:
    | "repository"
    | "project"
    | "workspace"
    | "account"
    | "api_token"
    | "session"
    | "oauth_consumer"
    | "app_installation";
  readonly uuid: Uuid;
  /** `update`: exclusive. `share`: others may lock it too, but nobody may change it. */
  readonly strength: "update" | "share";
};

const TABLES: readonly LockedRow["table"][] = [
  "repository",
  "project",
  "workspace",
  "account",
  "api_token",
  "session",
  "oauth_consumer",
  "app_installation",
];

/**
 * Locks rows, always in the same order, so that two transactions cannot wait for each other. Later statements see what
 * was committed before the locks were granted. On SQLite a transaction that may write locks everything at its
 * beginning, so nothing is done.
 *
 * @returns false, with nothing locked, if one of the rows does not exist.
 */
export async function lockRows(tx: Kysely<Schema>, rows: readonly LockedRow[]): Promise<boolean> {
  if (!needsLocks(tx, rows)) return true;
  const { rows: found } = await lockQuery(rows).execute(tx);
  return found.length > 0;
}

/**
 * The same together with the next statement of the transaction, which sees what was committed before the locks were
 * granted, and shows whether the rows exist.
 */
export async function lockRowsAhead(tx: Kysely<Schema>, rows: readonly LockedRow[]): Promise<void> {
  if (needsLocks(tx, rows)) await sendAhead(tx, lockQuery(rows).compile(tx));
}

function needsLocks(tx: Kysely<Schema>, rows: readonly LockedRow[]): boolean {
  return rows.length > 0 && tx.getExecutor().adapter instanceof PostgresAdapter;
}

function lockQuery(rows: readonly LockedRow[]) {
  const ordered = inOrder(rows).map((row, index) => ({ ...row, alias: sql.id(`locked_${index}`) }));
  const tables = ordered.map(({ table, alias }) => sql`${sql.table(table)} as ${alias}`);
  const keys = ordered.map(({ alias, uuid }) => sql`${alias}.uuid = ${uuid}`);
  // "No key": rows that refer to it may be added meanwhile, since their foreign keys only need this lock.
  const locks = ordered.map(({ alias, strength }) =>
    strength === "update" ? sql`for no key update of ${alias}` : sql`for share of ${alias}`,
  );
  return sql`select 1 from ${sql.join(tables)}
    where ${sql.join(keys, sql` and `)} ${sql.join(locks, sql` `)}`;
}

/** Each row once, with the stronger of its locks. PostgreSQL locks in the order in which they are written. */
function inOrder(rows: readonly LockedRow[]): readonly LockedRow[] {
  const byKey = new Map<string, LockedRow>();
  for (const row of rows) {
    const key = `${TABLES.indexOf(row.table)} ${row.uuid}`;
    if (byKey.get(key)?.strength !== "update") byKey.set(key, row);
  }
  return [...byKey.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
}
