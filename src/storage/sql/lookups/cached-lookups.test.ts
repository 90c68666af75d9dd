import assert from "node:assert/strict";
import { test } from "node:test";
import { describeDatabases } from "../../../../tests/support/database/test-database.ts";
import { newUuid, sampleAccount } from "../../../../tests/support/examples/sample-model.ts";
import type { Ref } from "../../../model/ref.ts";
import type { Uuid } from "../../../model/uuid.ts";
import { insertAccount, insertEmail } from "../accounts/accounts.ts";
import { openDatabase } from "../open-database.ts";
import type { AdmissionRows } from "./admission-rows.ts";
import { cacheLookups } from "./cached-lookups.ts";
import type { Lookups } from "./lookups.ts";

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
  const cached = cacheLookups(lookups, () => version);
  cached.listRefs(REPOSITORY);
  cached.listRefs(REPOSITORY);
  assert.equal(asked(), 1);
  version = 2;
  cached.listRefs(REPOSITORY);
  assert.equal(asked(), 2);
});

test("asks anew for what is not there and for what is large", () => {
  const many = Array.from({ length: 1_001 }, () => ({}) as Ref);
  const { lookups, asked } = countedLookups(many);
  const cached = cacheLookups(lookups, () => 1);
  for (let time = 0; time < 2; time += 1) {
    cached.listRefs(REPOSITORY);
    cached.findTokenByDigest(Buffer.alloc(32));
  }
  assert.equal(asked(), 4);
});

type FindAccounts = Lookups["findAccountsByEmails"];
const ADA = sampleAccount("ada");

function cacheAccounts(find: FindAccounts) {
  const asked: string[][] = [];
  let version = 1;
  const lookups = {
    findAccountsByEmails(addresses: readonly string[]) {
      asked.push([...addresses]);
      return find(addresses);
    },
  } as unknown as Lookups;
  const cached = cacheLookups(lookups, () => version);
  return {
    find: (...addresses: string[]) => cached.findAccountsByEmails(addresses),
    asked: () => asked.splice(0),
    change: () => {
      version += 1;
    },
  };
}

const onlyAda: FindAccounts = (addresses) => new Map(addresses.includes("ada@x") ? [["ada@x", ADA]] : []);

for (const [how, findAccounts] of [
  ["at once", onlyAda],
  ["later", async (addresses: readonly string[]) => onlyAda(addresses)],
] as const) {
  test(`asks for the addresses that are new alone, of a database that answers ${how}`, async () => {
    const { find, asked, change } = cacheAccounts(findAccounts);
    assert.deepEqual(await find("ada@x", "nobody@x"), new Map([["ada@x", ADA]]));
    assert.deepEqual(asked(), [["ada@x", "nobody@x"]]);
    assert.deepEqual(await find("new@x", "ADA@X", "nobody@x"), new Map([["ada@x", ADA]]));
    assert.deepEqual(asked(), [["new@x"]]);
    assert.deepEqual(await find("nobody@x", "ada@x"), new Map([["ada@x", ADA]]));
    assert.deepEqual(asked(), []);
    change();
    await find("ada@x");
    assert.deepEqual(asked(), [["ada@x"]]);
  });
}

test("does not keep an account that was asked for before a change, or for an address that none can have", async () => {
  const answers = [Promise.withResolvers<ReadonlyMap<string, typeof ADA>>()];
  const { find, asked, change } = cacheAccounts(() => answers.pop()?.promise ?? new Map());
  const [{ resolve }] = answers as [(typeof answers)[0]];
  const early = find("ada@x");
  change();
  assert.deepEqual(await find("other@x"), new Map());
  resolve(new Map([["ada@x", ADA]]));
  await early;
  assert.deepEqual(await find("ada@x"), new Map());
  assert.deepEqual(asked(), [["ada@x"], ["other@x"], ["ada@x"]]);
  const [atLimit, long] = ["a".repeat(254), "a".repeat(255)] as const;
  for (let time = 0; time < 2; time += 1) await find(atLimit, long);
  assert.deepEqual(asked(), [[atLimit, long], [long]]);
});

test("keeps what was asked of a database that answers later, unless it has changed by then", async () => {
  let version = "1";
  const answers: PromiseWithResolvers<Ref[]>[] = [];
  const lookups = {
    listRefs() {
      const answer = Promise.withResolvers<Ref[]>();
      answers.push(answer);
      return answer.promise;
    },
  } as unknown as Lookups;
  const cached = cacheLookups(lookups, () => version);
  const ask = async () => {
    const asked = answers.length;
    const found = cached.listRefs(REPOSITORY);
    answers[asked]?.resolve([]);
    await found;
    return answers.length - asked;
  };
  assert.deepEqual([await ask(), await ask()], [1, 0]);
  version = "2";
  const early = cached.listRefs(REPOSITORY);
  version = "3";
  answers.at(-1)!.resolve([]);
  await early;
  assert.deepEqual([await ask(), await ask()], [1, 0]);
});

test("keeps what a request is let in by only if it is of the version that is known", () => {
  const digest = Buffer.alloc(32);
  const keys = { digest, names: undefined };
  const found = { token: {}, account: { uuid: REPOSITORY } } as unknown as NonNullable<
    AdmissionRows["found"]
  >;
  const admission: AdmissionRows = { version: "1", found, emails: [], repository: undefined, held: "none" };
  let version = "1";
  const { lookups, asked } = countedLookups([]);
  const cached = cacheLookups(lookups, () => version);
  cached.putAdmission(keys, { ...admission, version: "0" });
  assert.equal(cached.hasAdmission(keys), false);
  cached.putAdmission(keys, admission);
  assert.equal(cached.hasAdmission(keys), true);
  assert.equal(cached.findTokenByDigest(digest), found);
  assert.equal(asked(), 0);
  version = "2";
  assert.equal(cached.hasAdmission(keys), false);
});

describeDatabases("cached look-ups", (current) => {
  test("see what another process has committed, in the next turn of the event loop", async () => {
    const { database, settings } = current();
    const account = sampleAccount(`u${newUuid()}`);
    await insertAccount(database.kysely, account);
    assert.deepEqual(await database.lookups.listEmails(account.uuid), []);
    assert.deepEqual(await database.lookups.findAccountsByEmails([EMAIL.address]), new Map());
    const found = new Map([[EMAIL.address, account]]);
    const other = await openDatabase(settings);
    try {
      await insertEmail(other.kysely, account.uuid, EMAIL, new Date());
      await new Promise((resolve) => setImmediate(resolve));
      assert.deepEqual(await database.lookups.listEmails(account.uuid), [EMAIL]);
      for (const addresses of [[EMAIL.address], [EMAIL.address, "nobody@example.com"]])
        assert.deepEqual(await database.lookups.findAccountsByEmails(addresses), found);
    } finally {
      await other.close();
    }
  });
});
