import { rm } from "node:fs/promises";
import SqliteDatabase from "better-sqlite3";
import { type Kysely, sql } from "kysely";
import { Failure } from "../../model/failure.ts";
import { syncFolder } from "../files/sync-folder.ts";
import type { Database } from "./database.ts";
import { type Installation, insertInstallation } from "./installation.ts";
import { openDatabase } from "./open-database.ts";
import { WITHOUT_LIMITS } from "./postgres/postgres-pool.ts";
import type { Schema } from "./schema.ts";

/**
 * Rows of one kind of database into another. Both have the same tables and columns, with values of the same kinds: numbers,
 * text and bytes. What a database says of itself (which migrations have run, what folder belongs to it) is not copied.
 */

/** Rows in memory at once. A row may have the payload of a webhook, with all its commits. */
const PAGE_ROWS = 200;
const OWN_TABLES = ["schema_migration", "installation"];

type Value = string | number | Buffer | null;
type Row = Readonly<Record<string, Value>>;

type Table = {
  readonly name: string;
  readonly columns: readonly string[];
  /** The column whose values the database generates, each once. */
  readonly numbered: string | undefined;
  readonly references: readonly Reference[];
};

type Reference = { readonly column: string; readonly table: string; readonly key: string };

/**
 * Writes all rows of PostgreSQL, as they are at one moment, into a new SQLite file with this version's schema. The file
 * has no journal beside it, and survives a loss of power.
 */
export async function copyPostgresToFile(
  database: Pick<Database, "dialect" | "kysely">,
  path: string,
): Promise<void> {
  const made = await openDatabase({ kind: "sqlite", path });
  await made.close();
  const file = new SqliteDatabase(path, { fileMustExist: true });
  try {
    file.pragma("foreign_keys = off");
    // The complete file is synced at the end.
    file.pragma("synchronous = off");
    const tables = listTables(file);
    file.exec("begin");
    await database.kysely
      .transaction()
      .setIsolationLevel("repeatable read")
      .setAccessMode("read only")
      .execute(async (tx) => {
        // Between two pages the file is written, which may take long.
        await sql.raw(WITHOUT_LIMITS).execute(tx);
        await requireSameTables(tx, tables);
        for (const table of tables) await copyTableToFile(tx, file, table);
      });
    file.exec("commit");
    const dangling = file.pragma("foreign_key_check") as readonly unknown[];
    if (dangling.length > 0) throw new Error(`${dangling.length} rows name rows that are not there`);
    file.pragma("journal_mode = delete");
  } finally {
    file.close();
  }
  for (const beside of ["-wal", "-shm"]) await rm(`${path}${beside}`, { force: true });
  await syncFolder(path);
}

async function copyTableToFile(
  tx: Kysely<Schema>,
  file: SqliteDatabase.Database,
  table: Table,
): Promise<void> {
  const { name, columns, numbered } = table;
  const placeholders = columns.map(() => "?").join(", ");
  const insert = file.prepare(`insert into ${quote(name)} (${quoteAll(columns)}) values (${placeholders})`);
  await sql`declare backup_rows no scroll cursor for select ${sql.raw(quoteAll(columns))} from ${sql.table(name)}`.execute(
    tx,
  );
  for (;;) {
    const { rows } = await sql<Row>`fetch forward ${sql.raw(String(PAGE_ROWS))} from backup_rows`.execute(tx);
    for (const row of rows) insert.run(...columns.map((column) => row[column]));
    if (rows.length < PAGE_ROWS) break;
  }
  await sql`close backup_rows`.execute(tx);
  if (numbered === undefined) return;
  const sequence = sequenceOf(name, numbered);
  const { rows } = await sql<{
    last: number | null;
  }>`select pg_sequence_last_value(${sequence}) as last`.execute(tx);
  // Generated numbers are never used again, even after their row was deleted. A row may have a higher number than the
  // sequence had: the higher of the two counts.
  file.prepare("delete from sqlite_sequence where name = ?").run(name);
  file
    .prepare(
      `insert into sqlite_sequence (name, seq) select ?, max(?, coalesce(max(${quote(numbered)}), 0)) from ${quote(name)}`,
    )
    .run(name, rows[0]?.last ?? 0);
}

/** A table that is missing here would be missing in every backup. */
async function requireSameTables(tx: Kysely<Schema>, tables: readonly Table[]): Promise<void> {
  const there = new Set(await listPostgresTables(tx));
  const missing = tables.filter(({ name }) => !there.delete(name)).map(({ name }) => name);
  const wrong = [...missing, ...there];
  if (wrong.length > 0) throw new Error(`not in both databases: ${wrong.join(", ")}`);
}

export type CopyOptions = {
  /** At the beginning of the transaction. */
  readonly begin?: (tx: Kysely<Schema>) => Promise<void>;
  /** What the database becomes. Undefined: the next start gives it an id. */
  readonly installation?: Installation;
};

/**
 * Writes all rows of a SQLite file into PostgreSQL, in one transaction, and counts them. The file's schema is brought
 * up to date first.
 *
 * @throws Failure invalid-input if there are rows already.
 */
export async function copyFileToPostgres(
  path: string,
  database: Database,
  { begin = async () => {}, installation }: CopyOptions = {},
): Promise<void> {
  const migrated = await openDatabase({ kind: "sqlite", path });
  await migrated.close();
  const file = new SqliteDatabase(path, { readonly: true, fileMustExist: true });
  try {
    const tables = inOrderOfReference(listTables(file));
    await database.transaction(
      async (tx) => {
        await requireEmpty(tx);
        await begin(tx);
        // The database gets the content that is being restored, and with it a new id.
        await tx.deleteFrom("installation").execute();
        const before = await countAll(tx, tables);
        for (const table of tables) await copyTableToPostgres(file, tx, table);
        const after = await countAll(tx, tables);
        for (const { name } of tables)
          requireSameCount(file, name, (after.get(name) ?? 0) - (before.get(name) ?? 0));
        if (installation !== undefined) await insertInstallation(tx, installation);
      },
      { isLong: true },
    );
  } finally {
    file.close();
  }
}

/**
 * Objects that nothing names do not count: a restore that was cut off has uploaded them.
 *
 * @throws Failure invalid-input if there are rows in a PostgreSQL database.
 */
export async function requireEmpty(kysely: Kysely<Schema>): Promise<void> {
  for (const name of await listPostgresTables(kysely))
    if (name !== "stored_object" && (await countRows(kysely, { name })) > 0)
      throw new Failure(
        "invalid-input",
        `Cannot restore: the PostgreSQL database is not empty: it has rows of ${name}`,
      );
}

/** The sequence of PostgreSQL for a column. */
function sequenceOf(table: string, column: string) {
  return sql`pg_get_serial_sequence(${table}::text, ${column}::text)::regclass`;
}

async function listPostgresTables(kysely: Kysely<Schema>): Promise<readonly string[]> {
  const { rows } = await sql<{ name: string }>`
    select table_name::text as name from information_schema.tables
    where table_schema = current_schema() and table_name not in (${sql.join(OWN_TABLES)})`.execute(kysely);
  return rows.map(({ name }) => name);
}

async function copyTableToPostgres(
  file: SqliteDatabase.Database,
  tx: Kysely<Schema>,
  table: Table,
): Promise<void> {
  const { name, columns, numbered } = table;
  const rows = file.prepare<unknown[], Row>(selectParentsFirst(table)).iterate();
  const overriding = numbered === undefined ? sql`` : sql`overriding system value`;
  let page: Row[] = [];
  const write = async () => {
    if (page.length === 0) return;
    const values = page.map((row) => sql`(${sql.join(columns.map((column) => row[column]))})`);
    await sql`insert into ${sql.table(name)} (${sql.raw(quoteAll(columns))}) ${overriding} values ${sql.join(values)}`.execute(
      tx,
    );
    page = [];
  };
  for (const row of rows) {
    requireNoNul(name, row);
    page.push(row);
    if (page.length === PAGE_ROWS) await write();
  }
  await write();
  if (numbered === undefined) return;
  const last = file
    .prepare<unknown[], { seq: number }>("select seq from sqlite_sequence where name = ?")
    .get(name);
  if (last !== undefined && last.seq > 0)
    await sql`select setval(${sequenceOf(name, numbered)}, ${last.seq})`.execute(tx);
}

function requireNoNul(table: string, row: Row): void {
  for (const [column, value] of Object.entries(row))
    if (typeof value === "string" && value.includes("\0"))
      throw new Failure(
        "unavailable",
        `Cannot restore: ${column} in a row of ${table} has a NUL character, which PostgreSQL does not take: restore to SQLite`,
      );
}

function requireSameCount(file: SqliteDatabase.Database, table: string, copied: number): void {
  const wanted = file.prepare<unknown[], { count: number }>(`select count(*) as count from ${quote(table)}`);
  const had = wanted.get()!.count;
  if (copied !== had) throw new Error(`${table}: ${copied} rows were written in place of ${had}`);
}

async function countAll(
  kysely: Kysely<Schema>,
  tables: readonly Table[],
): Promise<ReadonlyMap<string, number>> {
  const counts = new Map<string, number>();
  for (const { name } of tables) counts.set(name, await countRows(kysely, { name }));
  return counts;
}

async function countRows(kysely: Kysely<Schema>, { name }: Pick<Table, "name">): Promise<number> {
  const { rows } = await sql<{ count: number }>`select count(*) as count from ${sql.table(name)}`.execute(
    kysely,
  );
  return rows[0]!.count;
}

function listTables(file: SqliteDatabase.Database): readonly Table[] {
  const all = <Found>(text: string, ...values: readonly string[]) =>
    file.prepare<unknown[], Found>(text).all(...values);
  const tables = all<{ name: string; sql: string }>(
    "select name, sql from sqlite_master where type = 'table' and name not like 'sqlite_%' and name not in (?, ?) order by name",
    ...OWN_TABLES,
  );
  return tables.map(({ name, sql: definition }) => {
    const columns = all<{ name: string; pk: number }>("select name, pk from pragma_table_info(?)", name);
    const isNumbered = /\bautoincrement\b/i.test(definition);
    return {
      name,
      columns: columns.map((column) => column.name),
      numbered: isNumbered ? columns.find(({ pk }) => pk > 0)?.name : undefined,
      references: all<Reference>(
        `select "from" as "column", "table", "to" as "key" from pragma_foreign_key_list(?)`,
        name,
      ),
    };
  });
}

/** PostgreSQL checks foreign keys for each row, so referenced tables come first. */
function inOrderOfReference(tables: readonly Table[]): readonly Table[] {
  const ordered: Table[] = [];
  let left = [...tables];
  while (left.length > 0) {
    const isReady = ({ name, references }: Table) =>
      references.every(({ table }) => table === name || ordered.some((before) => before.name === table));
    const ready = left.filter(isReady);
    if (ready.length === 0)
      throw new Error(`tables name each other: ${left.map(({ name }) => name).join(", ")}`);
    ordered.push(...ready);
    left = left.filter((table) => !ready.includes(table));
  }
  return ordered;
}

/** Rows that refer to rows of the same table come after those. */
function selectParentsFirst({ name, columns, references }: Table): string {
  const own = references.find(({ table }) => table === name);
  if (own === undefined) return `select ${quoteAll(columns)} from ${quote(name)}`;
  const [table, column, key] = [quote(name), quote(own.column), quote(own.key)];
  return `with recursive ordered (id, depth) as (
      select ${key}, 0 from ${table} where ${column} is null
      union all select child.${key}, depth + 1 from ${table} as child join ordered on child.${column} = ordered.id
    ) select ${columns.map((each) => `one.${quote(each)}`).join(", ")}
    from ${table} as one join ordered on one.${key} = ordered.id order by depth`;
}

/** For names of our own schema, which have no quotes in them. */
function quote(name: string): string {
  return `"${name}"`;
}

function quoteAll(names: readonly string[]): string {
  return names.map(quote).join(", ");
}
