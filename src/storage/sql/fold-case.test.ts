import assert from "node:assert/strict";
import { test } from "node:test";
import { sql } from "kysely";
import { describeDatabases } from "../../../tests/support/database/test-database.ts";
import { foldCase, foldedLetters } from "../../model/fold-case.ts";

describeDatabases("folding of case", (current) => {
  test("the database folds every text as filters in memory do", async () => {
    const { database } = current();
    const { from, to } = foldedLetters();
    const texts = [
      "",
      "ASCII only",
      "Ünïcode ÉCOLE Привет",
      "ΟΔΟΣ οδος",
      "ıIiİ",
      "日本 \u{1f9a3}",
      "ß ẞ SS",
      from,
      to,
    ];
    for (const text of texts) {
      const { rows } = await sql<{ folded: string }>`select fold_case(${sql.val(text)}) as folded`.execute(
        database.kysely,
      );
      assert.equal(rows[0]?.folded, foldCase(text));
    }
    const { rows } = await sql<{ folded: null }>`select fold_case(null) as folded`.execute(database.kysely);
    assert.equal(rows[0]?.folded, null);
  });
});
