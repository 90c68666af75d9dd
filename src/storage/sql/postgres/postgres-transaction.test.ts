import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { type Kysely, sql } from "kysely";
import { countRoundTrips } from "../../../../tests/support/database/round-trips.ts";
import {
  createMigratedDatabaseSettings,
  type TestDatabaseSettings,
} from "../../../../tests/support/database/test-database.ts";
import { sampleAccount } from "../../../../tests/support/examples/sample-model.ts";
import { findAccountByUuid, insertAccount } from "../accounts/accounts.ts";
import type { Database } from "../database.ts";
import { isDatabaseUnavailable } from "../database-failure.ts";
import { lockRowsAhead } from "../lock-rows.ts";
import { openDatabase } from "../open-database.ts";
import type { Schema } from "../schema.ts";
import { sendAhead } from "../send-ahead.ts";

describe("a transaction of PostgreSQL", () => {
  let place: TestDatabaseSettings;
  let database: Database;
  let other: Database;
  const account = sampleAccount("renamed");
  before(async () => {
    place = await createMigratedDatabaseSettings("postgres");
    assert.ok(place.settings.kind === "postgres");
    database = await openDatabase(place.settings);
    other = await openDatabase({ ...place.settings, limits: { lockMs: 100 } });
    await database.transaction((tx) => insertAccount(tx, account));
  });
  after(async () => {
    await database.close();
    await other.close();
    await place.remove();
  });

  const rename = (tx: Kysely<Schema>, name: string) =>
    tx.updateTable("account").set({ display_name: name }).where("uuid", "=", account.uuid);
  const name = async () => (await findAccountByUuid(database.kysely, account.uuid))?.displayName;
  const lock = (tx: Kysely<Schema>) =>
    lockRowsAhead(tx, [{ table: "account", uuid: account.uuid, strength: "update" }]);

  test("waits once for a lock and what is read together under it, and once for its writes and the commit", async () => {
    const roundTrips = await countRoundTrips(() =>
      database.transaction(async (tx) => {
        await lock(tx);
        const find = () => findAccountByUuid(tx, account.uuid);
        assert.deepEqual(await Promise.all([find(), find()]), [account, account]);
        await sendAhead(tx, rename(tx, "first"));
        await sendAhead(tx, rename(tx, "second"));
      }),
    );
    assert.equal(roundTrips, 2);
    assert.equal(await name(), "second", "the statements ran in their order");
  });

  test("fails with the error of a statement that was sent ahead, at the commit or at a statement after it", async () => {
    const isTaken = (error: unknown) => error instanceof Error && "code" in error && error.code === "23505";
    for (const readsAfter of [false, true]) {
      await assert.rejects(
        database.transaction(async (tx) => {
          await sendAhead(tx, rename(tx, "lost"));
          await sendAhead(tx, sql`insert into account select * from account`.compile(tx));
          if (readsAfter) await findAccountByUuid(tx, account.uuid);
        }),
        isTaken,
      );
      assert.notEqual(await name(), "lost");
    }
  });

  test("says of a lock that was sent ahead and not granted that the database is not available", async () => {
    await database.transaction(async (tx) => {
      await rename(tx, "held").execute();
      await assert.rejects(
        other.transaction(async (beside) => {
          await lock(beside);
          await findAccountByUuid(beside, account.uuid);
        }),
        isDatabaseUnavailable,
      );
    });
  });

  test("takes no statement after its end", async () => {
    let kept: Kysely<Schema> | undefined;
    await database.transaction(async (tx) => {
      kept = tx;
    });
    await assert.rejects(rename(kept!, "late").execute(), /after the end/);
    await assert.rejects(
      database.transaction(async (tx) => {
        kept = tx;
        throw new Error("given up");
      }),
      /given up/,
    );
    await assert.rejects(rename(kept!, "late").execute(), /after the end/);
    assert.notEqual(await name(), "late");
  });
});
