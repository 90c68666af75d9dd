import assert from "node:assert/strict";
import { before, test } from "node:test";
import { sql } from "kysely";
import { describeDatabases } from "../../../tests/support/database/test-database.ts";
import { sampleAccount } from "../../../tests/support/examples/sample-model.ts";
import { findAccountByUuid, insertAccount } from "./accounts/accounts.ts";

describeDatabases("statements of one transaction that run together", (current) => {
  const account = sampleAccount("together");
  before(() => insertAccount(current().database.kysely, account));
  const name = async () => (await findAccountByUuid(current().database.kysely, account.uuid))?.displayName;

  test("leave nothing behind after one of them has failed", async () => {
    const { database } = current();
    const others: Promise<unknown>[] = [];
    await assert.rejects(
      database.transaction(async (tx) => {
        const failed = sql`select * from nowhere`.execute(tx);
        const rename = (displayName: string) =>
          tx
            .updateTable("account")
            .set({ display_name: displayName })
            .where("uuid", "=", account.uuid)
            .execute();
        others.push(...Array.from({ length: 50 }, (_, count) => rename(`name ${count}`)));
        await Promise.all([failed, ...others]);
      }),
      /nowhere/,
    );
    await Promise.allSettled(others);
    assert.equal(await name(), account.displayName);
  });
});
