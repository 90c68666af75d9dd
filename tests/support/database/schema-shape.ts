import { type Kysely, sql } from "kysely";
import type { Dialect } from "../../../src/storage/sql/migrations/migration.ts";

/** What a program that was written for a schema relies on. */
export type SchemaShape = {
  /** By `table.column`. */
  readonly columns: ReadonlyMap<string, ColumnShape>;
  /** What rows must fulfil, and upserts name: primary keys, unique indexes, checks, foreign keys; each with its table. */
  readonly rules: ReadonlyMap<string, string>;
};

type ColumnShape = {
  readonly type: string;
  readonly mayBeNull: boolean;
  /** Whether an insert has to name it. */
  readonly isRequired: boolean;
};

type ColumnRow = {
  readonly name: string;
  readonly type: string;
  readonly may_be_null: number;
  readonly is_required: number;
};
type RuleRow = { readonly relation: string; readonly rule: string };

const COLUMNS: Readonly<Record<Dialect, string>> = {
  sqlite: `
    select t.name || '.' || c.name as name, c.type as type, not (c."notnull" or c.pk) as may_be_null,
      c."notnull" and c.dflt_value is null and not (c.pk and c.type = 'integer') as is_required
    from sqlite_schema t, pragma_table_info(t.name) c where t.type = 'table' and t.name not like 'sqlite%'`,
  postgres: `
    select table_name || '.' || column_name as name, data_type as type, (is_nullable = 'YES')::int as may_be_null,
      (is_nullable = 'NO' and column_default is null and is_identity = 'NO' and is_generated = 'NEVER')::int as is_required
    from information_schema.columns where table_schema = current_schema()`,
};

// Only of what is in the schema is anything described: other tests of the run drop theirs at the same time.
const RULES: Readonly<Record<Dialect, string>> = {
  // Checks stand in the text of the table only, which is compared by PostgreSQL's own description.
  sqlite: `
    select t.name as relation, 'unique (' || (select group_concat(name) from pragma_index_info(i.name)) || ') ' ||
      coalesce((select substr(sql, instr(lower(sql), ' where ')) from sqlite_schema where name = i.name and i.partial), '') as rule
    from sqlite_schema t, pragma_index_list(t.name) i where t.type = 'table' and i."unique"
    union all
    select t.name, 'references ' || f."table" || ' by ' || f."from"
    from sqlite_schema t, pragma_foreign_key_list(t.name) f where t.type = 'table'`,
  postgres: `
    select relname as relation, pg_get_constraintdef(c.oid) as rule
    from pg_constraint c join pg_class on pg_class.oid = conrelid
    where connamespace = current_schema()::regnamespace and contype <> 'n'
    union all
    select relname, regexp_replace(pg_get_indexdef(indexrelid), '^.* USING', 'unique')
    from pg_index join pg_class on pg_class.oid = indrelid
    where relnamespace = current_schema()::regnamespace and indisunique`,
};

export async function readSchemaShape(db: Kysely<unknown>, dialect: Dialect): Promise<SchemaShape> {
  const columns = await sql.raw<ColumnRow>(COLUMNS[dialect]).execute(db);
  const rules = await sql.raw<RuleRow>(RULES[dialect]).execute(db);
  return {
    columns: new Map(
      columns.rows.map(({ name, type, may_be_null, is_required }) => [
        name,
        { type, mayBeNull: may_be_null === 1, isRequired: is_required === 1 },
      ]),
    ),
    rules: new Map(rules.rows.map(({ relation, rule }) => [`${relation}: ${rule}`, relation])),
  };
}

/** What of a change the version before it would trip over while both run, in words. */
export function findContractions(before: SchemaShape, after: SchemaShape): readonly string[] {
  const tables = new Set([...before.columns.keys()].map((name) => name.split(".")[0]!));
  const found: string[] = [];
  for (const [name, old] of before.columns) {
    const now = after.columns.get(name);
    if (now === undefined) found.push(`${name} is gone`);
    else if (now.type !== old.type) found.push(`${name} is ${now.type} and no longer ${old.type}`);
    else if (now.mayBeNull && !old.mayBeNull) found.push(`${name} may be null`);
    else if (!now.mayBeNull && old.mayBeNull) found.push(`${name} may not be null`);
  }
  for (const [name, { isRequired }] of after.columns) {
    if (isRequired && !before.columns.has(name) && tables.has(name.split(".")[0]!))
      found.push(`${name} is required`);
  }
  for (const [rule, table] of after.rules) {
    const isNew = !before.rules.has(rule) && tables.has(table);
    if (isNew && columnsOf(rule).some((column) => before.columns.has(`${table}.${column}`)))
      found.push(`new rule: ${rule}`);
  }
  for (const rule of before.rules.keys()) if (!after.rules.has(rule)) found.push(`rule is gone: ${rule}`);
  return found.sort();
}

/** The columns of a key, or the words of a check. What is about new columns alone is met by whoever does not name them. */
function columnsOf(rule: string): readonly string[] {
  const [, named = ""] = / by (.*)$/.exec(rule) ?? /\((.*?)\)/.exec(rule) ?? [];
  return named.match(/\w+/g) ?? [];
}
