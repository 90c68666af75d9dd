import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { type CommitCutter, openCommitCutter } from "../../../../tests/support/database/commit-cutter.ts";
import {
  createMigratedDatabaseSettings,
  type TestDatabaseSettings,
} from "../../../../tests/support/database/test-database.ts";
import { newUuid, sampleAccount } from "../../../../tests/support/examples/sample-model.ts";
import { findAccountByUuid, insertAccount } from "../accounts/accounts.ts";
import type { Database } from "../database.ts";
import { isDatabaseUnavailable, isOutcomeUnknown } from "../database-failure.ts";
import { openDatabase } from "../open-database.ts";

describe("a connection that is lost at a commit", () => {
  let cutter: CommitCutter;
  let database: Database;
  let testDatabase: TestDatabaseSettings;
  before(async () => {
    testDatabase = await createMigratedDatabaseSettings("postgres");
    const { settings } = testDatabase;
    assert.ok(settings.kind === "postgres");
    cutter = await openCommitCutter(settings);
    // With one connection, to ask is only possible when the lost one is given back.
    database = await openDatabase({ ...cutter.settings, connectionsMax: 1 });
  });
  after(async () => {
    await database.close();
    cutter.close();
    await testDatabase.remove();
  });

  for (const cut of ["unanswered", "late"] as const) {
    test(`is a success where the commit is done: ${cut}`, async () => {
      const account = sampleAccount(`u${newUuid()}`);
      cutter.cutNext(cut);
      const before = cutter.count();
      const value = await database.transaction(async (tx) => {
        await insertAccount(tx, account);
        return "stored";
      });
      assert.equal(cutter.count(), before + 1);
      assert.equal(value, "stored");
      assert.deepEqual(await findAccountByUuid(database.kysely, account.uuid), account);
    });
  }

  test("is a failure where it never arrives, and then nothing is stored, now or later", async () => {
    const account = sampleAccount(`u${newUuid()}`);
    cutter.cutNext("lost");
    await assert.rejects(
      database.transaction((tx) => insertAccount(tx, account)),
      (error) => isDatabaseUnavailable(error) && !isOutcomeUnknown(error),
    );
    assert.equal(await findAccountByUuid(database.kysely, account.uuid), undefined);
  });
});
