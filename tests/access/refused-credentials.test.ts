import assert from "node:assert/strict";
import { test } from "node:test";
import { basic, sendRequest } from "../support/clients/http-request.ts";
import {
  addMember,
  createAccount,
  createToken,
  disableAccount,
  inventToken,
  revokeToken,
} from "../support/examples/accounts.ts";
import { createCredentialHelper } from "../support/git/git-credentials.ts";
import {
  cloneUrl,
  createFilledRepository,
  createHostedRepository,
  STATIC_USERNAME,
} from "../support/git/hosted-repository.ts";
import { openRealGit } from "../support/git/real-git.ts";
import { startPailForFile } from "../support/server/pail-server.ts";

const pail = await startPailForFile();
const git = openRealGit();
const { credentials } = pail;
const repository = await createHostedRepository(pail);
const infoRefs = `${repository.path}/info/refs?service=git-upload-pack`;
const user = new URL(`${credentials.api_url}/user`).pathname;
const SCOPES = ["read:repository:bitbucket", "read:user:bitbucket"];

const BLAND_FOR_GIT =
  "You may not have access to this repository or it no longer exists in this workspace. " +
  "If you think this repository exists and you have access, make sure you are authenticated.";
const BLAND_FOR_REST = "Token is invalid, expired, or not supported for this endpoint.";

function askGit(token: string, name = STATIC_USERNAME) {
  return sendRequest(credentials.url, infoRefs, { headers: { Authorization: basic(name, token) } });
}

function askRest(token: string, email = credentials.email) {
  return sendRequest(credentials.url, user, { headers: { Authorization: basic(email, token) } });
}

/** The reason beside the bland sentence, which every refused credential gets as `error.message`. */
function reasonIn(text: string): string {
  const { error } = JSON.parse(text) as { error: { message: string; detail?: string } };
  assert.equal(error.message, BLAND_FOR_REST);
  return error.detail ?? "";
}

async function revokedToken(): Promise<string> {
  const token = await createToken(pail, credentials.email, SCOPES);
  assert.deepEqual([(await askGit(token.text)).status, (await askRest(token.text)).status], [200, 200]);
  await revokeToken(pail, token);
  return token.text;
}

test("a revoked token is refused from the next request on, and its holder reads that it was revoked", async () => {
  const token = await revokedToken();
  const [overGit, overRest] = [await askGit(token), await askRest(token)];
  assert.deepEqual([overGit.status, overRest.status], [401, 401]);
  assert.match(overGit.text, /revoked/);
  assert.match(reasonIn(overRest.text), /revoked/);
  const outcome = await git.run(["ls-remote", repository.urlAs(STATIC_USERNAME, token)]);
  assert.equal(outcome.status, 128);
  assert.match(outcome.stderr, /^remote: .*revoked/m);
});

test("an expired token is refused, and its holder reads when it expired", async () => {
  const [overGit, overRest] = [
    await askGit(credentials.token_expired),
    await askRest(credentials.token_expired),
  ];
  assert.deepEqual([overGit.status, overRest.status], [401, 401]);
  for (const text of [overGit.text, reasonIn(overRest.text)]) {
    assert.match(text, /expired/);
    assert.match(text, /\d{4}-\d\d-\d\d/);
  }
});

test("the tokens of a disabled account are refused from the next request on", async () => {
  const account = await createAccount(pail, "soon-disabled");
  await addMember(pail, account.email, "read");
  const token = await createToken(pail, account.email, SCOPES);
  assert.equal((await askGit(token.text)).status, 200);
  assert.equal((await askRest(token.text, account.email)).status, 200);
  await disableAccount(pail, account.email);
  const [overGit, overRest] = [await askGit(token.text), await askRest(token.text, account.email)];
  assert.deepEqual([overGit.status, overRest.status], [401, 401]);
  assert.match(overGit.text, /disabled/);
  assert.match(reasonIn(overRest.text), /disabled/);
});

for (const [why, spoil] of [
  ["cut short by one", (token: string) => token.slice(0, -1)],
  ["cut in half", (token: string) => token.slice(0, 96)],
  ["with one letter changed", (token: string) => token.replace(/.(.{20})$/, (_, tail: string) => `~${tail}`)],
  [
    "with two letters exchanged",
    (token: string) => token.slice(0, 12) + [...token.slice(12, 24)].reverse().join("") + token.slice(24),
  ],
  [
    "with its checksum in small letters",
    (token: string) => token.slice(0, -8) + token.slice(-8).toLowerCase(),
  ],
  ["without its =", (token: string) => token.replace("=", "")],
] as const) {
  test(`a token ${why} is 401, and anyone reads that the checksum is wrong`, async () => {
    const spoiled = spoil(credentials.token);
    if (spoiled === credentials.token) return;
    const [overGit, overRest] = [await askGit(spoiled), await askRest(spoiled, "nobody@example.test")];
    assert.deepEqual([overGit.status, overRest.status], [401, 401]);
    assert.match(overGit.text, /checksum/);
    assert.match(reasonIn(overRest.text), /checksum/);
  });
}

test("a stranger with a well-formed token reads the bland sentences and nothing more", async () => {
  const invented = inventToken();
  const [overGit, overRest] = [await askGit(invented), await askRest(invented)];
  assert.deepEqual([overGit.status, overRest.status], [401, 401]);
  assert.equal(overGit.text.trim(), BLAND_FOR_GIT);
  assert.deepEqual(JSON.parse(overRest.text), { type: "error", error: { message: BLAND_FOR_REST } });
  const outcome = await git.run(["ls-remote", repository.urlAs(STATIC_USERNAME, invented)]);
  assert.ok(outcome.stderr.includes(`remote: ${BLAND_FOR_GIT}`), outcome.stderr);
});

test("a stranger learns the same of a hidden, an absent and a public repository", async () => {
  const open = await createHostedRepository(pail, { isPrivate: false });
  const absent = `/${credentials.workspace}/absent.git`;
  const answers: string[] = [];
  for (const path of [repository.path, absent, open.path]) {
    const answer = await sendRequest(credentials.url, `${path}/info/refs?service=git-upload-pack`, {
      headers: { Authorization: basic(STATIC_USERNAME, inventToken()) },
    });
    answers.push(`${answer.status} ${answer.text}`);
  }
  assert.deepEqual([answers[1], answers[2]], [answers[0], answers[0]]);
});

for (const [why, authorization] of [
  ["a user name and an empty password", basic(credentials.username, "")],
  ["the static name and an empty password", basic(STATIC_USERNAME, "")],
  ["Authorization: Basic Og==", "Basic Og=="],
] as const) {
  test(`${why} is no credential: a public repository opens, a private one asks`, async () => {
    const { repository: open } = await createFilledRepository(git, pail, { isPrivate: false });
    const headers = { Authorization: authorization };
    const ask = (path: string) =>
      sendRequest(credentials.url, `${path}/info/refs?service=git-upload-pack`, { headers });
    assert.equal((await ask(open.path)).status, 200);
    const asked = await ask(repository.path);
    assert.equal(asked.status, 401);
    assert.match(String(asked.headers["www-authenticate"]), /^Basic realm="[^"]+"$/);
    assert.equal(asked.text.trim(), BLAND_FOR_GIT);
    const anonymous = await sendRequest(credentials.url, infoRefs);
    assert.deepEqual([anonymous.status, anonymous.text], [asked.status, asked.text]);
  });
}

for (const authorization of [
  "Basic",
  "Basic ",
  "Basic !!!",
  `Basic ${Buffer.from("no colon").toString("base64")}`,
  `Basic ${Buffer.from([0xff, 0xfe, 0x3a, 0xff]).toString("base64")}`,
  "Bearer",
  "Bearer x y z",
  "Negotiate abc",
  "nonsense",
]) {
  test(`Authorization: ${authorization} is 401 over both channels, never an error of the server`, async () => {
    for (const path of [infoRefs, user]) {
      const answer = await sendRequest(credentials.url, path, { headers: { Authorization: authorization } });
      assert.equal(answer.status, 401, `${path}: ${answer.text}`);
    }
  });
}

async function actionsOf(url: string, password: string): Promise<readonly string[]> {
  const helper = await createCredentialHelper(git, { username: STATIC_USERNAME, password });
  const outcome = await git.run(["ls-remote", url], { config: helper.config });
  assert.notEqual(outcome.status, 0);
  return helper.actions();
}

test("git erases from its keychain what was 401", async () => {
  assert.deepEqual(await actionsOf(repository.anonymousUrl, await revokedToken()), ["get", "erase"]);
  assert.deepEqual(await actionsOf(repository.anonymousUrl, inventToken()), ["get", "erase"]);
});

test("git keeps in its keychain what was 403 or 404", async () => {
  const userOnly = await createToken(pail, credentials.email, ["read:user:bitbucket"]);
  assert.deepEqual(
    await actionsOf(repository.anonymousUrl, userOnly.text),
    ["get"],
    "403: a scope is missing",
  );
  const absent = cloneUrl(pail, `${credentials.workspace}/absent`);
  assert.deepEqual(await actionsOf(absent, credentials.token), ["get"], "404: it is not there");
});

test("git stores in its keychain what was good", async () => {
  const helper = await createCredentialHelper(git, {
    username: STATIC_USERNAME,
    password: credentials.token,
  });
  await git.out(["ls-remote", repository.anonymousUrl], { config: helper.config });
  assert.deepEqual(await helper.actions(), ["get", "store"]);
});

test("a token with nothing for Bitbucket reads that over REST too", async () => {
  const token = await createToken(pail, credentials.email, ["read:account", "read:me"]);
  const answer = await askRest(token.text);
  assert.equal(answer.status, 401);
  assert.deepEqual(JSON.parse(answer.text), { error: "API Token provided has no Bitbucket scopes." });
});

test("a token in the query is no credential", async () => {
  const answer = await sendRequest(credentials.url, `${user}?access_token=${credentials.token}`);
  assert.equal(answer.status, 401);
});
