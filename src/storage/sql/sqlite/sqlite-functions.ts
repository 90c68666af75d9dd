import type SqliteDatabase from "better-sqlite3";
import { foldCase } from "../../../model/fold-case.ts";

/** What a migration gives PostgreSQL, and SQLite has for as long as a connection is open. */
export function addSqliteFunctions(connection: SqliteDatabase.Database): SqliteDatabase.Database {
  return connection.function("fold_case", { deterministic: true }, (value) =>
    typeof value === "string" ? foldCase(value) : value,
  );
}
