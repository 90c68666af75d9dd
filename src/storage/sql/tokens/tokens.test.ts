import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { before, test } from "node:test";
import { describeDatabases } from "../../../../tests/support/database/test-database.ts";
import { newUuid, sampleAccount, sampleToken } from "../../../../tests/support/examples/sample-model.ts";
import { OPERATOR } from "../../../model/caller.ts";
import type { ApiToken } from "../../../model/token.ts";
import { insertAccount, setAccountDisabled } from "../accounts/accounts.ts";
import { isUniqueViolation } from "../database-failure.ts";
import {
  findTokenByUuid,
  findTokenDigest,
  insertToken,
  listTokens,
  revokeToken,
  setSuccessor,
  touchLastUsed,
} from "./tokens.ts";

function newDigest(): Buffer {
  return createHash("sha256").update(randomBytes(8)).digest();
}

describeDatabases("API tokens", (current) => {
  const ada = sampleAccount("ada");
  const bob = sampleAccount("bob");
  const db = () => current().database.kysely;

  before(async () => {
    await insertAccount(db(), ada);
    await insertAccount(db(), bob);
  });

  async function storeToken(changes: Parameters<typeof sampleToken>[1] = {}, account = ada) {
    const token = sampleToken(account, changes);
    const digest = newDigest();
    await insertToken(db(), token, digest);
    return { token, digest };
  }

  test("keeps a token under its digest, with the account it belongs to", async () => {
    const { token, digest } = await storeToken({
      scopes: ["read:repository:bitbucket", "write:repository:bitbucket", "read:me"],
      lastUsedAt: new Date("2026-05-05T00:00:00Z"),
    });
    assert.deepEqual(await findTokenByUuid(db(), token.uuid), token);
    assert.deepEqual(await findTokenDigest(db(), token.uuid), digest);
    assert.deepEqual(await current().database.lookups.findTokenByDigest(digest), {
      token,
      account: ada,
      appUser: undefined,
      refusals: [],
    });
  });

  test("finds nothing under another digest, even a part of one", async () => {
    const { digest } = await storeToken();
    const { lookups } = current().database;
    assert.equal(await lookups.findTokenByDigest(newDigest()), undefined);
    assert.equal(await lookups.findTokenByDigest(digest.subarray(0, 31)), undefined);
    assert.equal(await lookups.findTokenByDigest(Buffer.alloc(0)), undefined);
    assert.equal(await findTokenByUuid(db(), newUuid()), undefined);
    assert.equal(await findTokenDigest(db(), newUuid()), undefined);
  });

  test("refuses a digest that is there, and one that is no SHA-256", async () => {
    const { digest } = await storeToken();
    await assert.rejects(insertToken(db(), sampleToken(bob), digest), isUniqueViolation);
    await assert.rejects(insertToken(db(), sampleToken(bob), Buffer.alloc(31)), /check/i);
    assert.deepEqual(await listTokens(db(), bob.uuid), []);
  });

  test("shows the look-up what is revoked or disabled from the next call on", async () => {
    const { token, digest } = await storeToken({}, bob);
    const { lookups } = current().database;
    await setAccountDisabled(db(), bob.uuid, new Date());
    assert.equal((await lookups.findTokenByDigest(digest))?.account.isDisabled, true);
    await setAccountDisabled(db(), bob.uuid, undefined);
    const at = new Date("2026-02-02T00:00:00Z");
    assert.equal(await revokeToken(db(), token.uuid, at, OPERATOR), true);
    assert.deepEqual((await lookups.findTokenByDigest(digest))?.token.revokedAt, at);
    assert.equal(await revokeToken(db(), token.uuid, new Date(), OPERATOR), false);
    assert.deepEqual((await findTokenByUuid(db(), token.uuid))?.revokedAt, at, "the first instant is kept");
    assert.equal(await revokeToken(db(), newUuid(), at, OPERATOR), false);
  });

  test("leaves out a scope that this version does not know", async () => {
    const { token } = await storeToken();
    const scopes = "future:thing:bitbucket read:user:bitbucket";
    await db().updateTable("api_token").set({ scopes }).where("uuid", "=", token.uuid).execute();
    assert.deepEqual((await findTokenByUuid(db(), token.uuid))?.scopes, ["read:user:bitbucket"]);
  });

  test("lists newest first, of one account or of all", async () => {
    const carol = sampleAccount("carol");
    await insertAccount(db(), carol);
    const old = await storeToken({ createdAt: new Date(1000) }, carol);
    const young = await storeToken({ createdAt: new Date(2000) }, carol);
    assert.deepEqual(await listTokens(db(), carol.uuid), [young.token, old.token]);
    const all = await listTokens(db());
    assert.ok(all.some((token) => token.accountUuid === ada.uuid));
    assert.deepEqual(all.slice(-2), [young.token, old.token]);
  });

  test("writes the last use only if the stored one is older than asked", async () => {
    const { token } = await storeToken();
    const touch = (used: ApiToken, at: number, notBefore: number) =>
      touchLastUsed(db(), used.uuid, {
        at: new Date(at),
        notBefore: new Date(notBefore),
        from: { address: `203.0.113.${at % 250}`, client: undefined },
      });
    const used = async () => (await findTokenByUuid(db(), token.uuid))?.lastUsedAt?.getTime();
    await touch(token, 100_000, 40_000);
    assert.equal(await used(), 100_000);
    await touch(token, 150_000, 90_000);
    assert.equal(await used(), 100_000);
    await touch(token, 160_000, 100_000);
    assert.equal(await used(), 100_000, "one at the bound itself is recent enough");
    await touch(token, 160_001, 100_001);
    assert.equal(await used(), 160_001);
    await touch(token, 150_000, 90_000);
    assert.equal(await used(), 150_000, "one of the future was written by a clock that was ahead");
  });

  test("lets one of two rotations win", async () => {
    const { token } = await storeToken();
    const { token: first } = await storeToken();
    const { token: second } = await storeToken();
    const end = new Date(5000);
    assert.equal(await setSuccessor(db(), token.uuid, first.uuid, end), true);
    assert.equal(await setSuccessor(db(), token.uuid, second.uuid, new Date(9000)), false);
    assert.deepEqual(await findTokenByUuid(db(), token.uuid), {
      ...token,
      expiresAt: end,
      successorUuid: first.uuid,
    });
    await assert.rejects(setSuccessor(db(), second.uuid, first.uuid, end), isUniqueViolation);
  });
});
