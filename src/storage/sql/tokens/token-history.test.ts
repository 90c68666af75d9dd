import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { before, test } from "node:test";
import { describeDatabases } from "../../../../tests/support/database/test-database.ts";
import { newUuid, sampleAccount, sampleToken } from "../../../../tests/support/examples/sample-model.ts";
import { OPERATOR } from "../../../model/caller.ts";
import { insertAccount } from "../accounts/accounts.ts";
import {
  countLivingTokens,
  findTokenWithHistory,
  hasLivingTokenNamed,
  listEndedTokens,
  listLivingTokens,
  listTokensWithHistory,
} from "./token-history.ts";
import { insertToken, revokeToken, touchLastUsed } from "./tokens.ts";

const NOW = new Date("2026-06-01T00:00:00Z");
const DAY_MS = 86_400_000;
const inDays = (days: number) => new Date(NOW.getTime() + days * DAY_MS);

describeDatabases("the history of API tokens", (current) => {
  const ada = sampleAccount("ada");
  const bob = sampleAccount("bob");
  const db = () => current().database.kysely;

  before(async () => {
    await insertAccount(db(), ada);
    await insertAccount(db(), bob);
  });

  async function storeToken(account: typeof ada, changes: Parameters<typeof sampleToken>[1] = {}) {
    const token = sampleToken(account, changes);
    await insertToken(db(), token, createHash("sha256").update(randomBytes(8)).digest());
    return token;
  }

  test("has the origin of the last use, written together with its time", async () => {
    const token = await storeToken(bob, { expiresAt: inDays(1) });
    assert.equal((await findTokenWithHistory(db(), token.uuid))?.lastUsedFrom, undefined);
    const from = { address: "2001:db8::17", client: "git 2.51" };
    await touchLastUsed(db(), token.uuid, { at: NOW, notBefore: inDays(-1), from });
    const used = await findTokenWithHistory(db(), token.uuid);
    assert.deepEqual(await listTokensWithHistory(db(), bob.uuid), [used]);
    assert.deepEqual([used?.lastUsedAt, used?.lastUsedFrom], [NOW, from]);
    const later = { at: new Date(NOW.getTime() + 1000), notBefore: inDays(-1) };
    await touchLastUsed(db(), token.uuid, { ...later, from: { address: "192.0.2.1", client: "curl 8.9" } });
    assert.deepEqual((await findTokenWithHistory(db(), token.uuid))?.lastUsedFrom, from, "too soon after");
    await touchLastUsed(db(), token.uuid, {
      at: inDays(1),
      notBefore: later.at,
      from: { address: "192.0.2.1", client: undefined },
    });
    assert.deepEqual((await findTokenWithHistory(db(), token.uuid))?.lastUsedFrom, {
      address: "192.0.2.1",
      client: undefined,
    });
    assert.equal(await findTokenWithHistory(db(), newUuid()), undefined);
  });

  test("has who revoked it", async () => {
    const address = "192.0.2.1";
    const credential = { kind: "session", id: newUuid() } as const;
    for (const [actor, revokedBy] of [
      [OPERATOR, { kind: "operator" }],
      [{ kind: "anonymous", address }, { kind: "holder" }],
      [
        { kind: "account", accountUuid: ada.uuid, credential, address },
        { kind: "account", accountUuid: ada.uuid, displayName: ada.displayName },
      ],
    ] as const) {
      const token = await storeToken(bob);
      await revokeToken(db(), token.uuid, NOW, actor);
      assert.deepEqual((await findTokenWithHistory(db(), token.uuid))?.revokedBy, revokedBy);
    }
  });

  test("lists the living, soonest end first, and those that ended, last end first", async () => {
    const carol = sampleAccount("carol");
    await insertAccount(db(), carol);
    const far = await storeToken(carol, { name: "far", expiresAt: inDays(300) });
    const near = await storeToken(carol, { name: "near", expiresAt: inDays(2) });
    const revoked = await storeToken(carol, { name: "revoked", expiresAt: inDays(200) });
    await revokeToken(db(), revoked.uuid, inDays(-5), OPERATOR);
    const late = await storeToken(carol, { name: "revoked after its end", expiresAt: inDays(-9) });
    await revokeToken(db(), late.uuid, inDays(-1), OPERATOR);
    const expired = await storeToken(carol, { name: "expired", expiresAt: NOW });
    await storeToken(carol, { name: "long ago", expiresAt: inDays(-91) });
    await storeToken(bob, { name: "another's", expiresAt: inDays(1) });

    const living = await listLivingTokens(db(), carol.uuid, { now: NOW, limit: 10 });
    assert.deepEqual(
      living.map(({ uuid }) => uuid),
      [near.uuid, far.uuid],
    );
    assert.equal((await listLivingTokens(db(), carol.uuid, { now: NOW, limit: 1 })).length, 1);
    assert.equal(await countLivingTokens(db(), carol.uuid, NOW), 2);
    const ended = await listEndedTokens(db(), carol.uuid, { since: inDays(-90), now: NOW, limit: 10 });
    assert.deepEqual(
      ended.map(({ uuid }) => uuid),
      [expired.uuid, revoked.uuid, late.uuid],
    );
    assert.equal(
      (await listEndedTokens(db(), carol.uuid, { since: inDays(-90), now: NOW, limit: 1 })).length,
      1,
    );
  });

  test("knows the names of the living alone", async () => {
    const dan = sampleAccount("dan");
    await insertAccount(db(), dan);
    await storeToken(dan, { name: "laptop", expiresAt: inDays(1) });
    await storeToken(dan, { name: "old", expiresAt: NOW });
    const has = (name: string) => hasLivingTokenNamed(db(), dan.uuid, { name, now: NOW });
    assert.deepEqual([await has("laptop"), await has("old"), await has("Laptop")], [true, false, false]);
  });
});
