import { type Kysely, sql } from "kysely";
import type { Database } from "../database.ts";
import type { RowSnapshots } from "../row-snapshot.ts";
import type { Schema } from "../schema.ts";

const SCHEMA_PREFIX = "pail_snapshot_";
/** What a database says of itself. */
const OWN_TABLES = ["schema_migration", "installation"];
/** Its trigger refuses to remove rows. */
const KEPT_TABLE = "audit_event";

type Table = {
  readonly name: string;
  readonly columns: readonly string[];
};

type Sequence = { readonly name: string; readonly last: string | null };

type Saved = {
  /** Those they refer to come first. */
  readonly tables: readonly Table[];
  readonly filled: ReadonlySet<string>;
  readonly sequences: readonly Sequence[];
};

/** Rows as they were, in a schema for each snapshot. */
export async function openPostgresRowSnapshots(
  database: Pick<Database, "kysely" | "transaction">,
): Promise<RowSnapshots> {
  let count = 0;
  const prefix = await prefixOf(database.kysely);
  const dropAll = async () => {
    for (const schema of await listSchemas(database.kysely, prefix)) await drop(database.kysely, schema);
  };
  await dropAll();
  return {
    async save() {
      count += 1;
      const schema = `${prefix}${count}`;
      const saved = await database.transaction((tx) => save(tx, schema), { isLong: true });
      return {
        restore: () => database.transaction((tx) => restore(tx, schema, saved), { isLong: true }),
        remove: () => drop(database.kysely, schema),
      };
    },
    close: dropAll,
  };
}

/** Another server may have another schema of the same database. */
async function prefixOf(kysely: Kysely<Schema>): Promise<string> {
  const { rows } = await sql<{ own: string }>`select md5(current_schema()) as own`.execute(kysely);
  return `${SCHEMA_PREFIX}${rows[0]!.own}_`;
}

async function listSchemas(kysely: Kysely<Schema>, prefix: string): Promise<readonly string[]> {
  const { rows } = await sql<{ name: string }>`
    select nspname::text as name from pg_namespace where starts_with(nspname, ${prefix})`.execute(kysely);
  return rows.map(({ name }) => name);
}

async function drop(kysely: Kysely<Schema>, schema: string): Promise<void> {
  await sql`drop schema if exists ${sql.id(schema)} cascade`.execute(kysely);
}

async function save(tx: Kysely<Schema>, schema: string): Promise<Saved> {
  const tables = inOrderOfReference(await listTables(tx), await listReferences(tx));
  const filled = await listFilled(tx, tables);
  await sql`create schema ${sql.id(schema)}`.execute(tx);
  for (const name of filled)
    await sql`create unlogged table ${sql.id(schema, name)} as table ${sql.table(name)}`.execute(tx);
  const { rows: sequences } = await sql<Sequence>`
    select sequencename::text as name, last_value::text as last from pg_sequences
    where schemaname = current_schema()`.execute(tx);
  return { tables, filled, sequences };
}

/**
 * Only tables with rows are touched: most have none, and each statement takes a fraction of a millisecond. Foreign keys are checked, so
 * the order matters; rows that refer to their own table come and go in one statement.
 */
async function restore(
  tx: Kysely<Schema>,
  schema: string,
  { tables, filled, sequences }: Saved,
): Promise<void> {
  const now = await listFilled(tx, tables);
  const trigger = `table ${quote(KEPT_TABLE)}`;
  const statements = [
    `alter ${trigger} disable trigger user`,
    ...tables
      .filter(({ name }) => now.has(name))
      .map(({ name }) => `delete from ${quote(name)}`)
      .toReversed(),
    ...tables
      .filter(({ name }) => filled.has(name))
      .map(({ name, columns }) => insertFrom(schema, name, columns)),
    `alter ${trigger} enable trigger user`,
    ...sequences.map(({ name, last }) =>
      last === null
        ? `perform setval(${literal(quote(name))}, 1, false)`
        : `perform setval(${literal(quote(name))}, ${last})`,
    ),
  ];
  await sql
    .raw(`do $restore$ begin ${statements.map((each) => `${each};`).join(" ")} end $restore$`)
    .execute(tx);
}

function insertFrom(schema: string, name: string, columns: readonly string[]): string {
  const list = columns.map(quote).join(", ");
  return `insert into ${quote(name)} (${list}) overriding system value select ${list} from ${quote(schema)}.${quote(name)}`;
}

async function listTables(tx: Kysely<Schema>): Promise<readonly Table[]> {
  const { rows } = await sql<Table>`
    select relname::text as name, array_agg(attname::text order by attnum) as columns
    from pg_class join pg_attribute on attrelid = pg_class.oid
    where relkind = 'r' and relnamespace = current_schema()::regnamespace and attnum > 0 and not attisdropped
      and relname not in (${sql.join(OWN_TABLES)})
    group by relname order by relname`.execute(tx);
  return rows;
}

type Reference = { readonly from: string; readonly to: string };

async function listReferences(tx: Kysely<Schema>): Promise<readonly Reference[]> {
  const { rows } = await sql<Reference>`
    select one.relname::text as "from", other.relname::text as "to"
    from pg_constraint join pg_class one on one.oid = conrelid join pg_class other on other.oid = confrelid
    where contype = 'f' and one.relnamespace = current_schema()::regnamespace`.execute(tx);
  return rows;
}

function inOrderOfReference(tables: readonly Table[], references: readonly Reference[]): readonly Table[] {
  const ordered: Table[] = [];
  let left = [...tables];
  while (left.length > 0) {
    const ready = left.filter(({ name }) =>
      references.every(
        ({ from, to }) => from !== name || to === name || !left.some((waiting) => waiting.name === to),
      ),
    );
    if (ready.length === 0)
      throw new Error(`tables name each other: ${left.map(({ name }) => name).join(", ")}`);
    ordered.push(...ready);
    left = left.filter((table) => !ready.includes(table));
  }
  return ordered;
}

/** Tables that have or had rows: to ask each whether it has one takes as long as to fill them all. */
async function listFilled(tx: Kysely<Schema>, tables: readonly Table[]): Promise<ReadonlySet<string>> {
  const { rows } = await sql<{ name: string }>`
    select relname::text as name from pg_class
    where relkind = 'r' and relnamespace = current_schema()::regnamespace and pg_relation_size(oid) > 0`.execute(
    tx,
  );
  const filled = new Set(rows.map(({ name }) => name));
  return new Set(tables.map(({ name }) => name).filter((name) => filled.has(name)));
}

/** For names of our own schema, which have no quotes in them. */
function quote(name: string): string {
  return `"${name}"`;
}

function literal(text: string): string {
  return `'${text}'`;
}
