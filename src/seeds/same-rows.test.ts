import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { sql } from "kysely";
import { listTables } from "../../tests/support/database/list-tables.ts";
import { DIALECTS } from "../../tests/support/database/test-database.ts";
import { openEmptyData } from "../../tests/support/server/seeded-server.ts";
import type { Ports } from "../ports.ts";
import { applySeed } from "./apply-seed.ts";
import { parseSeed } from "./parse-seed.ts";

const FILE = join(import.meta.dirname, "..", "..", "examples", "seeds", "team.yaml");
const NOW = new Date("2026-11-30T12:00:00Z");

/** Secrets, and names of accounts that nobody sees before they act: these are new each time. */
const RANDOM = new Set([
  "digest",
  "secret_digest",
  "key",
  "sealed_secret",
  "sealed_value",
  "sealed_private_key",
]);
const BOT = /^[0-9a-z]{30}(?:@bots\.bitbucket\.org)?$/;
/** Whose rows are about the database itself. */
const OTHER_TABLES = /^(?:schema_migration|installation|lease)/;

function withoutRandom(value: string): string {
  return value.replace(BOT, "a bot").replace(/"key":"[A-Za-z0-9]{18}"/, '"key":"a key"');
}

/** All rows of all tables, as texts in some order that is always the same. */
async function rowsOf({ database }: Ports): Promise<readonly string[]> {
  const lines: string[] = [];
  for (const name of await listTables(database)) {
    if (OTHER_TABLES.test(name)) continue;
    const found = sql<Record<string, unknown>>`select * from ${sql.table(name)}`;
    const { rows } = await found.execute(database.kysely);
    for (const row of rows) {
      const fields = Object.entries(row)
        .filter(([column]) => !RANDOM.has(column))
        .map(([column, value]) => [column, typeof value === "string" ? withoutRandom(value) : value]);
      lines.push(`${name} ${JSON.stringify(Object.fromEntries(fields))}`);
    }
  }
  return lines.sort();
}

for (const dialect of DIALECTS)
  test(`the same seed gives the same rows on ${dialect}`, async (t) => {
    const text = await readFile(FILE, "utf8");
    const worlds = [];
    for (const _ of [1, 2]) {
      const data = await openEmptyData(dialect, () => NOW);
      t.after(() => data.close());
      await applySeed(data.ports, data.by, parseSeed(text, { fileName: FILE }));
      await data.ports.backgroundWork.idle();
      worlds.push(await rowsOf(data.ports));
    }
    assert.ok(worlds[0]!.length > 100, `${worlds[0]!.length} rows`);
    const [one, other] = worlds.map((lines) => new Set(lines));
    assert.deepEqual(
      worlds[1]!.filter((line) => !one!.has(line)),
      worlds[0]!.filter((line) => !other!.has(line)),
    );
  });
