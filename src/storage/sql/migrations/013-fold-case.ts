import { sql } from "kysely";
import { foldedLetters } from "../../../model/fold-case.ts";
import type { Migration } from "./migration.ts";

/** Filters that look regardless of case. SQLite is given the same function with each connection. */
export const foldCase: Migration = {
  name: "013-fold-case",
  async up(db, dialect) {
    if (dialect !== "postgres") return;
    const { from, to } = foldedLetters();
    // Texts of ASCII alone, which most are, need no look at each letter.
    await sql`create function fold_case(value text) returns text language sql immutable parallel safe as $$
      select case when octet_length(value) = char_length(value) then lower(value collate "C")
        else translate(value, ${sql.lit(from)}, ${sql.lit(to)}) end $$`.execute(db);
  },
};
