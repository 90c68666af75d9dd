import type { Dialect } from "../../../src/storage/sql/migrations/migration.ts";

/** Statements that give the whole schema as rows of one column `line`, as it stands in the checked-in descriptions. */
export const SCHEMA_LINES: Readonly<Record<Dialect, string>> = {
  // The statements that made each table and index, as SQLite keeps them.
  sqlite: "select sql as line from sqlite_schema where sql is not null order by tbl_name, type desc, name",
  // Columns, constraints and indexes, one a line. Constraints that PostgreSQL 18 shows for "not null" are left out.
  postgres: `
    select line from (
      select table_name as name, 1 as part, ordinal_position as ordinal, concat_ws(' ', 'column', table_name || '.' || column_name,
        data_type, 'collate ' || collation_name, case is_nullable when 'NO' then 'not null' end) as line
        from information_schema.columns where table_schema = current_schema()
      union all
      select conrelid::regclass::text, 2, 0, concat_ws(' ', 'constraint', conrelid::regclass, conname, pg_get_constraintdef(oid))
        from pg_constraint where connamespace = current_schema()::regnamespace and contype <> 'n'
      union all
      select tablename, 3, 0, replace(indexdef, current_schema() || '.', '')
        from pg_indexes where schemaname = current_schema()
    ) as described order by name collate "C", part, ordinal, line collate "C"`,
};
