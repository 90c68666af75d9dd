import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { before, test } from "node:test";
import { describeDatabases } from "../../../../tests/support/database/test-database.ts";
import {
  newUuid,
  sampleAccount,
  sampleProject,
  sampleRepository,
  sampleToken,
  sampleWorkspace,
} from "../../../../tests/support/examples/sample-model.ts";
import type { Bound, Network } from "../../../model/bound.ts";
import { OPERATOR } from "../../../model/caller.ts";
import type { AccessToken, ApiToken } from "../../../model/token.ts";
import { insertAccount, setAccountDisabled } from "../accounts/accounts.ts";
import { isUniqueViolation } from "../database-failure.ts";
import { heldPermissions } from "../permissions/permissions.ts";
import { insertProject } from "../projects/projects.ts";
import { insertRepository } from "../repositories/repositories.ts";
import { insertWorkspace } from "../workspaces/workspaces.ts";
import { insertAppUser } from "./app-users.ts";
import {
  findTokenByUuid,
  findTokenDigest,
  insertToken,
  listAncestors,
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
      rules: [],
    });
  });

  test("keeps what a token is limited to, and what those are limited to that it came from", async () => {
    const bound: Bound = {
      repositories: [newUuid()],
      refs: ["refs/heads/bot/*"],
      addresses: ["192.0.2.0/24" as Network],
      readOnlyHours: [{ days: [1, 7], from: "18:00", to: "08:00", timeZone: "Asia/Tokyo" }],
      outer: { projects: [newUuid()], workspaces: [], outer: {} },
    };
    const { token } = await storeToken({ bound });
    assert.deepEqual((await findTokenByUuid(db(), token.uuid))!.bound, bound);
  });

  test("ends the tokens that came from a token, by whatever number of steps, with it", async () => {
    const { token: root } = await storeToken();
    const { token: child } = await storeToken({ parentUuid: root.uuid });
    const { token: grandchild } = await storeToken({ parentUuid: child.uuid });
    const { token: sibling } = await storeToken({ parentUuid: root.uuid });
    const { token: other } = await storeToken();
    assert.deepEqual(new Set(await listAncestors(db(), grandchild.uuid)), new Set([child.uuid, root.uuid]));
    const isRevoked = async (token: ApiToken) =>
      (await findTokenByUuid(db(), token.uuid))!.revokedAt !== undefined;
    assert.equal(await revokeToken(db(), child.uuid, new Date("2026-06-01T00:00:00Z"), OPERATOR), true);
    for (const [token, expected] of [
      [root, false],
      [child, true],
      [grandchild, true],
      [sibling, false],
      [other, false],
    ] as const)
      assert.equal(await isRevoked(token), expected);
    await revokeToken(db(), root.uuid, new Date("2026-06-02T00:00:00Z"), OPERATOR);
    assert.equal(await isRevoked(sibling), true);
    const first = (await findTokenByUuid(db(), grandchild.uuid))!.revokedAt;
    assert.deepEqual(first, new Date("2026-06-01T00:00:00Z"), "the first instant stays");
  });

  test("lets the tokens that came from a rotated token live no longer than it", async () => {
    const end = new Date("2026-06-01T00:30:00Z");
    const [soon, late] = [new Date("2026-06-01T00:10:00Z"), new Date("2026-07-01T00:00:00Z")];
    const { token: root } = await storeToken();
    const { token: short } = await storeToken({ parentUuid: root.uuid, expiresAt: soon });
    const { token: long } = await storeToken({ parentUuid: root.uuid, expiresAt: late });
    const { token: successor } = await storeToken();
    await setSuccessor(db(), root.uuid, successor.uuid, end);
    const endOf = async ({ uuid }: ApiToken) => (await findTokenByUuid(db(), uuid))!.expiresAt;
    assert.deepEqual(await Promise.all([short, long].map(endOf)), [soon, end]);
  });

  test("knows what an app user is of, and when that is gone", async () => {
    const workspace = sampleWorkspace("bots");
    const project = sampleProject(workspace, "BOTS");
    const repository = sampleRepository(workspace, project, "bot");
    const bot = sampleAccount(`bot-${newUuid()}`, { kind: "repository_access_token" });
    await insertWorkspace(db(), workspace);
    await insertProject(db(), project);
    await insertRepository(db(), repository);
    await insertAccount(db(), bot);
    const appUser = { repositoryUuid: repository.uuid, projectUuid: undefined, workspaceUuid: undefined };
    await insertAppUser(db(), bot.uuid, appUser);
    const token: AccessToken = { ...sampleToken(bot), kind: "access-token", scopes: ["repository:write"] };
    const digest = newDigest();
    await insertToken(db(), token, digest);
    const { lookups } = current().database;
    const found = { token, account: bot, refusals: [], rules: [] };
    assert.deepEqual(await lookups.findTokenByDigest(digest), { ...found, appUser });
    assert.equal(await lookups.findPermission(repository.uuid, bot.uuid), "admin");
    const held = heldPermissions({ workspaceUuid: workspace.uuid, repositoryUuid: repository.uuid });
    assert.deepEqual(await db().selectFrom(held.as("held")).selectAll().execute(), [], "in no list");
    assert.equal(await findTokenByUuid(db(), token.uuid), undefined, "is no API token");
    await db().deleteFrom("repository").where("uuid", "=", repository.uuid).execute();
    assert.deepEqual(await lookups.findTokenByDigest(digest), {
      ...found,
      appUser: { ...appUser, repositoryUuid: undefined },
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
