import assert from "node:assert/strict";
import { before, test } from "node:test";
import { describeDatabases } from "../../../../tests/support/database/test-database.ts";
import { newUuid, SAMPLE_INSTANT, sampleAccount } from "../../../../tests/support/examples/sample-model.ts";
import type { EmailAlias } from "../../../model/account.ts";
import { isUniqueViolation } from "../database-failure.ts";
import {
  findAccountByAccountId,
  findAccountByEmail,
  findAccountByUsername,
  findAccountByUuid,
  insertAccount,
  insertEmail,
  listAccounts,
  listEmails,
  setAccountDisabled,
  setPrimaryEmail,
} from "./accounts.ts";

const PRIMARY: EmailAlias = { address: "Ada@Example.com", isPrimary: true, isConfirmed: true };
const ALIAS: EmailAlias = { address: "a.lovelace@example.com", isPrimary: false, isConfirmed: true };
const UNCONFIRMED: EmailAlias = { address: "zz@example.com", isPrimary: false, isConfirmed: false };

describeDatabases("accounts", (current) => {
  const ada = sampleAccount("Ada");
  const bob = sampleAccount("bob");
  const db = () => current().database.kysely;

  before(async () => {
    await insertAccount(db(), bob);
    await insertAccount(db(), ada);
    for (const email of [UNCONFIRMED, ALIAS, PRIMARY])
      await insertEmail(db(), ada.uuid, email, SAMPLE_INSTANT);
  });

  test("finds an account by each of its names", async () => {
    assert.deepEqual(await findAccountByUuid(db(), ada.uuid), ada);
    assert.deepEqual(await findAccountByAccountId(db(), ada.accountId), ada);
    assert.deepEqual(await findAccountByUsername(db(), "aDA"), ada);
    assert.deepEqual(await listAccounts(db()), [ada, bob]);
  });

  test("finds no account by a name that nobody has", async () => {
    assert.equal(await findAccountByUuid(db(), newUuid()), undefined);
    assert.equal(await findAccountByAccountId(db(), ada.uuid), undefined);
    assert.equal(await findAccountByUsername(db(), "ada%"), undefined);
    assert.equal(await findAccountByEmail(db(), "nobody@example.com"), undefined);
  });

  test("finds an account by any address in any case, and says which address that is", async () => {
    assert.deepEqual(await findAccountByEmail(db(), "ADA@example.COM"), { account: ada, email: PRIMARY });
    assert.deepEqual(await findAccountByEmail(db(), "ZZ@example.com"), { account: ada, email: UNCONFIRMED });
  });

  test("finds the accounts of many addresses at once, by confirmed addresses only", async () => {
    const unknown = Array.from({ length: 2500 }, (_, i) => `author${i}@example.org`);
    const asked = [
      ...unknown,
      "ADA@EXAMPLE.COM",
      "ada@example.com",
      ALIAS.address,
      UNCONFIRMED.address,
      "\0@\0",
      "",
    ];
    assert.deepEqual(
      await current().database.lookups.findAccountsByEmails(asked),
      new Map([
        ["ada@example.com", ada],
        [ALIAS.address, ada],
      ]),
    );
    for (const [one, found] of [
      [[], []],
      [["ADA@EXAMPLE.COM"], [["ada@example.com", ada]]],
      [[UNCONFIRMED.address], []],
      [["\0"], []],
    ] as const) {
      assert.deepEqual(await current().database.lookups.findAccountsByEmails(one), new Map(found));
    }
  });

  for (const [what, changes] of [
    ["uuid", { uuid: ada.uuid }],
    ["account id", { accountId: ada.accountId }],
    ["user name in another case", { username: "ADA" }],
  ] as const) {
    test(`refuses a second account with the same ${what}`, async () => {
      await assert.rejects(insertAccount(db(), sampleAccount("carol", changes)), isUniqueViolation);
      assert.equal((await listAccounts(db())).length, 2);
    });
  }

  test("refuses an address that is taken in another case, and a second primary one", async () => {
    const taken = { ...ALIAS, address: ALIAS.address.toUpperCase() };
    await assert.rejects(insertEmail(db(), bob.uuid, taken, SAMPLE_INSTANT), isUniqueViolation);
    const second = { ...PRIMARY, address: "second@example.com" };
    await assert.rejects(insertEmail(db(), ada.uuid, second, SAMPLE_INSTANT), isUniqueViolation);
    assert.deepEqual(await listEmails(db(), bob.uuid), []);
  });

  test("lists the primary address first, then by address, and moves the primary one", async () => {
    assert.deepEqual(await listEmails(db(), ada.uuid), [PRIMARY, ALIAS, UNCONFIRMED]);
    const move = (address: string) =>
      current().database.transaction((tx) => setPrimaryEmail(tx, ada.uuid, address));
    assert.equal(await move(UNCONFIRMED.address.toUpperCase()), true);
    const moved = [{ ...UNCONFIRMED, isPrimary: true }, ALIAS, { ...PRIMARY, isPrimary: false }];
    assert.deepEqual(await listEmails(db(), ada.uuid), moved);
    assert.equal(await move("nobody@example.com"), false);
    assert.deepEqual(await listEmails(db(), ada.uuid), moved);
    assert.equal(await move(PRIMARY.address), true);
    assert.deepEqual(await current().database.lookups.listEmails(ada.uuid), [PRIMARY, ALIAS, UNCONFIRMED]);
  });

  test("disables and enables an account", async () => {
    assert.equal(await setAccountDisabled(db(), bob.uuid, SAMPLE_INSTANT), true);
    assert.equal((await findAccountByUuid(db(), bob.uuid))?.isDisabled, true);
    await setAccountDisabled(db(), bob.uuid, new Date());
    const row = await db()
      .selectFrom("account")
      .select("disabled_at")
      .where("uuid", "=", bob.uuid)
      .executeTakeFirst();
    assert.equal(row?.disabled_at, SAMPLE_INSTANT.getTime(), "the first instant is kept");
    await setAccountDisabled(db(), bob.uuid, undefined);
    assert.deepEqual(await findAccountByUuid(db(), bob.uuid), bob);
    assert.equal(await setAccountDisabled(db(), newUuid(), SAMPLE_INSTANT), false);
  });
});
