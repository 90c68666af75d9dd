import assert from "node:assert/strict";
import { test } from "node:test";
import { basic, sendRequest } from "../support/clients/http-request.ts";
import { type CreatedToken, createToken, revokeToken, rotateToken } from "../support/examples/accounts.ts";
import { startPailForFile } from "../support/server/pail-server.ts";

const pail = await startPailForFile();
const { credentials } = pail;
const user = new URL(`${credentials.api_url}/user`).pathname;

async function statusOf(token: string): Promise<number> {
  const headers = { Authorization: basic(credentials.email, token) };
  return (await sendRequest(credentials.url, user, { headers })).status;
}

function newToken(): Promise<CreatedToken> {
  return createToken(pail, credentials.email, ["read:user:bitbucket"]);
}

async function countTokens(): Promise<number> {
  const { stdout } = await pail.cli(["token", "list", "--account", credentials.email, "--json"]);
  return (JSON.parse(stdout) as unknown[]).length;
}

test("rotation makes a successor with the same scopes, and the old token lives on beside it", async () => {
  const old = await newToken();
  const successor = await rotateToken(pail, old);
  assert.notEqual(successor, old.text);
  assert.deepEqual([await statusOf(old.text), await statusOf(successor)], [200, 200]);
  const headers = { Authorization: basic(credentials.email, successor) };
  const repositories = user.replace("/user", `/repositories/${credentials.workspace}`);
  assert.equal(
    (await sendRequest(credentials.url, repositories, { headers })).status,
    403,
    "no scope was won",
  );
});

test("a rotation that is tried again returns the same successor, not a third token", async () => {
  const old = await newToken();
  const before = await countTokens();
  const successor = await rotateToken(pail, old);
  assert.equal(await rotateToken(pail, old), successor);
  assert.equal(await countTokens(), before + 1);
});

test("two rotations at once return one successor", async () => {
  const old = await newToken();
  const before = await countTokens();
  const [first, second] = await Promise.all([rotateToken(pail, old), rotateToken(pail, old)]);
  assert.equal(first, second);
  assert.equal(await countTokens(), before + 1);
});

test("a revoked token cannot be rotated", async () => {
  const token = await newToken();
  await revokeToken(pail, token);
  const before = await countTokens();
  const outcome = await pail.cli(["token", "rotate", token.id]);
  assert.notEqual(outcome.status, 0);
  assert.equal(outcome.stdout, "");
  assert.match(outcome.stderr, /revoked/);
  assert.equal(await countTokens(), before);
});
