import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { after, test } from "node:test";
import SqliteDatabase from "better-sqlite3";
import { Kysely, PostgresDialect } from "kysely";
import pg from "pg";
import { migrate } from "../../src/storage/sql/migrate.ts";
import { MIGRATIONS } from "../../src/storage/sql/migrations/migrations.ts";
import { createTestDatabaseSettings, DIALECTS } from "../support/database/test-database.ts";
import { openRealGit } from "../support/git/real-git.ts";
import { openWebhookReceiver } from "../support/remote-servers/webhook-receiver.ts";
import { startKillable } from "./kills/killable-server.ts";

/**
 * `014.tar.gz`: the data folder of a version whose events had no version yet, with a pending delivery of each kind; and
 * `deliveries.json`: what that version has sent for them, in their order, from a server at http://pail.test.
 */
const FOLDER = join(import.meta.dirname, "older-data", "014.tar.gz");

const LAST_MIGRATION = "014-former-names";

type Expected = { readonly uuid: string; readonly event_key: string; readonly body: unknown };

/** The schema of that version, made by its own migrations, which never change, with the rows of its file. */
async function moveToPostgres(path: string): Promise<string> {
  const { settings, remove } = await createTestDatabaseSettings("postgres");
  after(remove);
  assert.ok(settings.kind === "postgres");
  const connectionString = settings.url.reveal();
  const pool = new pg.Pool({ connectionString, max: 1 });
  const kysely = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) });
  const migrations = MIGRATIONS.slice(0, MIGRATIONS.findIndex(({ name }) => name === LAST_MIGRATION) + 1);
  await kysely.transaction().execute((tx) => migrate(tx, "postgres", migrations, new Date()));
  // Rows come in the order of the tables' names: this leaves foreign keys unchecked.
  await pool.query("set session_replication_role = replica");
  const file = new SqliteDatabase(path, { readonly: true });
  const { rows: tables } = await pool.query<{ name: string; numbered: string | null }>(
    `select t.table_name as name, c.column_name as numbered from information_schema.tables t
      left join information_schema.columns c
        on c.table_schema = t.table_schema and c.table_name = t.table_name and c.is_identity = 'YES'
      where t.table_schema = current_schema() and t.table_name <> 'schema_migration'`,
  );
  for (const { name, numbered } of tables) {
    for (const row of file.prepare<unknown[], Record<string, unknown>>(`select * from "${name}"`).all()) {
      const columns = Object.keys(row);
      const values = columns.map((_, index) => `$${index + 1}`).join(", ");
      const names = columns.map((column) => `"${column}"`).join(", ");
      const text = `insert into "${name}" (${names}) overriding system value values (${values})`;
      await pool.query(text, Object.values(row));
    }
    if (numbered !== null)
      await pool.query(
        `select setval(pg_get_serial_sequence($1, $2), (select coalesce(max("${numbered}"), 0) + 1 from "${name}"))`,
        [name, numbered],
      );
  }
  file.close();
  await kysely.destroy();
  await rm(path);
  return connectionString;
}

for (const dialect of DIALECTS) {
  test(`what an older version has queued on ${dialect} is delivered after an upgrade, with the same body`, async () => {
    const receiver = await openWebhookReceiver();
    const folder = openRealGit().newPath("older");
    await mkdir(folder);
    execFileSync("tar", ["-xzf", FOLDER, "-C", folder]);
    const dataFolder = join(folder, "014");
    const expected = JSON.parse(readFileSync(join(dataFolder, "deliveries.json"), "utf8")) as Expected[];
    const path = join(dataFolder, "pail.sqlite");
    const database = new SqliteDatabase(path);
    database.prepare("update webhook set url = ?").run(receiver.url("/all"));
    database.close();
    const databaseUrl = dialect === "postgres" ? await moveToPostgres(path) : undefined;

    const server = (await startKillable({ dataFolder, databaseUrl }))!;
    after(() => server.kill());
    const told = await receiver.take("/all", expected.length);
    const heard = told.map(({ headers, body }) => ({
      uuid: headers["x-request-uuid"],
      event_key: headers["x-event-key"],
      body: JSON.parse(body.replaceAll(server.url, "http://pail.test")),
    }));
    assert.deepEqual(heard, expected);
  });
}
