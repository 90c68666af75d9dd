import assert from "node:assert/strict";
import { mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import SqliteDatabase from "better-sqlite3";
import { sql } from "kysely";
import { openTestDatabase } from "../../../tests/support/database/test-database.ts";
import { copyPostgresToFile } from "./copy-rows.ts";

const folder = await mkdtemp(join(tmpdir(), "pail-copy-rows-"));
after(() => rm(folder, { recursive: true }));
const { database, close } = await openTestDatabase("postgres");
after(close);

function workspace(slug: string) {
  return { uuid: slug, slug, name: slug, is_private: 0, created_at: 1, updated_at: 1 };
}

test("what is committed while rows are copied is in no table of the copy, in one file for its owner only", async () => {
  await database.kysely.insertInto("workspace").values(workspace("before")).execute();
  let queries = 0;
  const watched = database.kysely.withPlugin({
    transformQuery: ({ node }) => node,
    async transformResult({ result }) {
      queries += 1;
      // The first tables have been read, and that of workspaces comes near the end.
      if (queries === 4)
        await database.kysely.insertInto("workspace").values(workspace("meanwhile")).execute();
      return result;
    },
  });
  const path = join(folder, "copy.sqlite");
  await copyPostgresToFile({ ...database, kysely: watched }, path);
  const file = new SqliteDatabase(path, { readonly: true });
  const slugs = file.prepare("select slug from workspace").pluck().all();
  file.close();
  assert.deepEqual(slugs, ["before"]);
  const count = await database.kysely.selectFrom("workspace").select("slug").execute();
  assert.equal(count.length, 2);
  assert.deepEqual(await readdir(folder), ["copy.sqlite"]);
  assert.equal((await stat(path)).mode & 0o777, 0o600);
});

test("a table that the copy would leave out is a fault", async () => {
  await sql`create table of_tomorrow (id bigint)`.execute(database.kysely);
  await assert.rejects(
    copyPostgresToFile(database, join(folder, "other.sqlite")),
    /not in both databases: of_tomorrow/,
  );
});
