import { sql } from "kysely";
import type { Database } from "../../../src/storage/sql/database.ts";

/** Of this database alone: in PostgreSQL those of other tests, in schemas of their own, come and go. */
export async function listTables({
  dialect,
  kysely,
}: Pick<Database, "dialect" | "kysely">): Promise<string[]> {
  const statement =
    dialect === "postgres"
      ? sql<{
          name: string;
        }>`select table_name::text as name from information_schema.tables where table_schema = current_schema()`
      : sql<{
          name: string;
        }>`select name from sqlite_schema where type = 'table' and name not like 'sqlite%'`;
  return (await statement.execute(kysely)).rows.map(({ name }) => name);
}
