// Atlassian's administration of API tokens at its own paths: contract, auth-beyond-tokens.md §7.1, with keys and policies from
// the command line.
import assert from "node:assert/strict";
import { test } from "node:test";
import { basic, sendRequest } from "../support/clients/http-request.ts";
import { createToken } from "../support/examples/accounts.ts";
import { startPailForFile } from "../support/server/pail-server.ts";

const pail = await startPailForFile();
const { credentials } = pail;
const made = await pail.cli(["admin-key", "create", "--name", "audit", "--expires", "30d"]);
assert.equal(made.status, 0, made.stderr);
const key = made.stdout.trim();
const orgId = /orgId: (\S+)/.exec(made.stderr)![1]!;
const PATH = `/admin/api-access/v1/orgs/${orgId}/api-tokens`;

async function ask(method: string, path: string, authorization?: string) {
  const headers = authorization === undefined ? {} : { authorization };
  const { status, text } = await sendRequest(credentials.url, path, { method, headers });
  return { status, json: text === "" ? undefined : JSON.parse(text) };
}

const newToken = (scopes = ["read:user:bitbucket"]) => createToken(pail, credentials.email, scopes);
const isAlive = async (text: string) =>
  (await ask("GET", "/2.0/user", basic(credentials.email, text))).status === 200;

test("living tokens of everybody are listed, with exactly Atlassian's fields", async () => {
  const { id } = await newToken();
  const { status, json } = await ask("GET", PATH, `Bearer ${key}`);
  assert.equal(status, 200);
  const token = json.data.find((each: { id: string }) => each.id === id);
  assert.deepEqual(Object.keys(token), [
    "id",
    "label",
    "status",
    "createdAt",
    "expiresAt",
    "lastActiveAt",
    "user",
  ]);
  assert.deepEqual(Object.keys(token.user), ["id", "orgId", "name", "email"]);
  assert.deepEqual([token.status, token.user.orgId, token.user.email], ["ALLOWED", orgId, credentials.email]);
  assert.ok(json.links.self.includes(PATH));
  assert.doesNotMatch(JSON.stringify(json), /ATATT|digest/);
  const filtered = await ask("GET", `${PATH}?q=nothing-is-called-so`, `Bearer ${key}`);
  assert.deepEqual(filtered.json.data, []);
});

test("a parameter that comes twice, or that no name has, is no fault of the server's", async () => {
  for (const query of ["q=a&q=b", "cursor=a&cursor=b", "q=%00", "q=%ff", "q=a%00b&cursor=%00"]) {
    const { status } = await ask("GET", `${PATH}?${query}`, `Bearer ${key}`);
    assert.ok(status === 200 || status === 400, `${query}: ${status}`);
  }
  const { status, json } = await ask("GET", `${PATH}?q=%00`, `Bearer ${key}`);
  assert.equal(status, 400, JSON.stringify(json));
});

test("a list of more than one page is walked by its links, and nothing comes twice", async () => {
  for (let count = 0; count < 4; count += 1) await newToken();
  const { json } = await ask("GET", PATH, `Bearer ${key}`);
  const second = json.data[1].id;
  const rest = await ask("GET", `${PATH}?cursor=${second}`, `Bearer ${key}`);
  assert.deepEqual(
    rest.json.data.map(({ id }: { id: string }) => id),
    json.data.slice(2).map(({ id }: { id: string }) => id),
  );
  assert.ok(rest.json.links.prev.includes(PATH));
});

test("no other credential opens it, and the key opens nothing else", async () => {
  const { text, id } = await newToken();
  for (const authorization of [
    undefined,
    `Bearer ${credentials.token}`,
    basic(credentials.email, credentials.token),
    basic("admin", key),
    `Bearer ${key}x`,
    `Bearer pail_ad_${"A".repeat(64)}`,
  ])
    for (const [method, path] of [
      ["GET", PATH],
      ["DELETE", PATH],
      ["DELETE", `${PATH}/${id}`],
    ] as const)
      assert.equal((await ask(method, path, authorization)).status, 401, `${method} ${authorization}`);
  assert.equal((await ask("GET", PATH.replace(orgId, "another"), `Bearer ${key}`)).status, 404);
  assert.equal((await ask("GET", "/2.0/user", `Bearer ${key}`)).status, 401);
  assert.ok(await isAlive(text));
});

test("one token is revoked, and then all of them", async () => {
  const [one, other] = [await newToken(), await newToken()];
  assert.equal((await ask("DELETE", `${PATH}/${one.id}`, `Bearer ${key}`)).status, 204);
  assert.deepEqual([await isAlive(one.text), await isAlive(other.text)], [false, true]);
  assert.equal((await ask("DELETE", `${PATH}/not-a-uuid`, `Bearer ${key}`)).status, 404);
  assert.equal((await ask("DELETE", PATH, `Bearer ${key}`)).status, 204);
  assert.equal(await isAlive(other.text), false);
  assert.deepEqual((await ask("GET", PATH, `Bearer ${key}`)).json.data, []);
});

test("a revoked key opens nothing, and neither list nor log shows its text", async () => {
  const listed = await pail.cli(["admin-key", "list"]);
  assert.match(listed.stdout, /audit/);
  assert.ok(!listed.stdout.includes(key.slice(0, 20)) && !pail.logText().includes(key.slice(0, 20)));
  const id = /^[0-9a-f]{8}/m.exec(listed.stdout)![0];
  assert.equal((await pail.cli(["admin-key", "revoke", id])).status, 0);
  assert.equal((await ask("GET", PATH, `Bearer ${key}`)).status, 401);
});

test("a policy is tried, set, shown and removed on the command line", async () => {
  const { text, id } = await newToken(["read:repository:bitbucket", "admin:workspace:bitbucket"]);
  const policy = (...args: string[]) =>
    pail.cli(["policy", args[0]!, "--workspace", credentials.workspace, ...args.slice(1)]);
  const repository = () =>
    ask(
      "GET",
      `/2.0/repositories/${credentials.workspace}/${credentials.repository}`,
      basic(credentials.email, text),
    );
  const wanted = [
    "--refuse-scope",
    "admin:workspace",
    "--refuse-scope",
    "repository",
    "--address",
    "127.0.0.1",
  ];
  const tried = await policy("set", ...wanted, "--check");
  assert.match(tried.stdout, new RegExp(`token ${id}`));
  assert.equal((await policy("show")).stdout.trim(), "null");
  assert.equal((await repository()).status, 200);
  assert.equal((await policy("set", ...wanted)).status, 0);
  const shown = JSON.parse((await policy("show")).stdout);
  assert.deepEqual(shown.addresses, ["127.0.0.1/32"]);
  assert.ok(shown.refused_scopes.includes("repository:write"), "with a scope, those that include it");
  assert.equal((await repository()).status, 403);
  for (const wrong of [
    ["--address", "here"],
    ["--refuse-scope", "everything"],
    ["--lifetime", "soon"],
    ["--from", "soon"],
  ])
    assert.equal((await policy("set", ...wrong)).status, 2, wrong.join(" "));
  assert.equal((await policy("remove")).status, 0);
  assert.equal((await repository()).status, 200);
});
