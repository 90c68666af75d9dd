import type SqliteDatabase from "better-sqlite3";
import { foldCase } from "../../../model/fold-case.ts";

/** Functions that a migration creates in PostgreSQL. In SQLite they must be added to each connection. */
export function addSqliteFunctions(connection: SqliteDatabase.Database): SqliteDatabase.Database {
  return connection.function("fold_case", { deterministic: true }, (value) =>
    typeof value === "string" ? foldCase(value) : value,
  );
}
