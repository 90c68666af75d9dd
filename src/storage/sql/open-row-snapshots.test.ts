import assert from "node:assert/strict";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { sql } from "kysely";
import { createMigratedDatabaseSettings, DIALECTS } from "../../../tests/support/database/test-database.ts";
import { openDatabase } from "./open-database.ts";
import { openRowSnapshots } from "./open-row-snapshots.ts";

for (const dialect of DIALECTS)
  test(`${dialect}: rows, also those of the audit log, numbers and self-references come back`, async (t) => {
    const { settings, remove } = await createMigratedDatabaseSettings(dialect);
    const folder = await mkdtemp(join(tmpdir(), "pail-rows-"));
    const database = await openDatabase(settings);
    t.after(async () => {
      await database.close();
      await remove();
      await rm(folder, { recursive: true });
    });
    const { kysely } = database;
    const insert = (text: string) => sql.raw(text).execute(kysely);
    const auditLine = (name: string) =>
      insert(`insert into audit_event (at, action, actor_kind, subject_kind, subject_name, details)
        values (1, 'account.created', 'operator', 'account', '${name}', '{}')`);
    const read = async () => {
      const { rows } = await sql<{ sequence: number; subject_name: string }>`
        select sequence, subject_name from audit_event order by sequence`.execute(kysely);
      return rows.map(({ sequence, subject_name }) => `${sequence} ${subject_name}`);
    };
    const snapshots = await openRowSnapshots(database, settings, join(folder, "rows"));
    const empty = await snapshots.save();
    await auditLine("first");
    const saved = await snapshots.save();
    for (let round = 0; round < 3; round += 1) {
      await auditLine("second");
      await auditLine("third");
      assert.equal((await read()).length, 3);
      await saved.restore();
      assert.deepEqual(await read(), ["1 first"]);
    }
    // Numbers go on from where they were.
    await auditLine("again");
    assert.deepEqual(await read(), ["1 first", "2 again"]);
    await assert.rejects(insert("delete from audit_event"), "the trigger is there again");
    await empty.restore();
    assert.deepEqual(await read(), []);
    await auditLine("anew");
    assert.deepEqual(await read(), ["1 anew"]);
    await saved.remove();
    await snapshots.close();
    assert.deepEqual(await readdir(folder), []);
    // Of a server that was killed.
    await (await openRowSnapshots(database, settings, join(folder, "rows"))).save();
    await (await openRowSnapshots(database, settings, join(folder, "rows"))).close();
    if (dialect === "postgres") {
      const { rows } = await sql`
        select from pg_namespace where starts_with(nspname, 'pail_snapshot_' || md5(current_schema()))`.execute(
        kysely,
      );
      assert.equal(rows.length, 0);
    }
  });
