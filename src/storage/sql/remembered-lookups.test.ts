import assert from "node:assert/strict";
import { test } from "node:test";
import { newUuid, sampleAccount } from "../../../tests/support/sample-model.ts";
import { describeDatabases } from "../../../tests/support/test-database.ts";
import type { Ref } from "../../model/ref.ts";
import type { Uuid } from "../../model/uuid.ts";
import { insertAccount, insertEmail } from "./accounts.ts";
import type { Lookups } from "./lookups.ts";
import { openDatabase } from "./open-database.ts";
import { rememberLookups } from "./remembered-lookups.ts";

const EMAIL = { address: "a@example.com", isPrimary: true, isConfirmed: true };
const REPOSITORY = "11111111-2222-4333-8444-555555555555" as Uuid;

function countedLookups(refs: readonly Ref[]) {
  let asked = 0;
  const lookups = {
    listRefs() {
      asked += 1;
      return refs;
    },
    findTokenByDigest() {
      asked += 1;
      return undefined;
    },
  } as unknown as Lookups;
  return { lookups, asked: () => asked };
}

test("asks once while the database is as it was, and again when it has changed", () => {
  let version = 1;
  const { lookups, asked } = countedLookups([]);
  const remembered = rememberLookups(lookups, () => version);
  remembered.listRefs(REPOSITORY);
  remembered.listRefs(REPOSITORY);
  assert.equal(asked(), 1);
  version = 2;
  remembered.listRefs(REPOSITORY);
  assert.equal(asked(), 2);
});

test("asks anew for what is not there and for what is large", () => {
  const many = Array.from({ length: 1_001 }, () => ({}) as Ref);
  const { lookups, asked } = countedLookups(many);
  const remembered = rememberLookups(lookups, () => 1);
  for (let time = 0; time < 2; time += 1) {
    remembered.listRefs(REPOSITORY);
    remembered.findTokenByDigest(Buffer.alloc(32));
  }
  assert.equal(asked(), 4);
});

describeDatabases("remembered look-ups", (current) => {
  test("see what another process has committed, in the next turn of the event loop", async () => {
    const { database, settings } = current();
    const account = sampleAccount(`u${newUuid()}`);
    await insertAccount(database.kysely, account);
    assert.deepEqual(await database.lookups.listEmails(account.uuid), []);
    const other = await openDatabase(settings);
    try {
      await insertEmail(other.kysely, account.uuid, EMAIL, new Date());
      await new Promise((resolve) => setImmediate(resolve));
      assert.deepEqual(await database.lookups.listEmails(account.uuid), [EMAIL]);
    } finally {
      await other.close();
    }
  });
});
