// The attack: a request that is answered from memory passes by all checks. So somebody sends what another one has sent, but
// for the credential, the method or the body; or sends the same again once the token, the account or the permission is gone.
// Each of these has to be looked at anew.
import assert from "node:assert/strict";
import { once } from "node:events";
import { type IncomingMessage, request } from "node:http";
import { before, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { DELIMITER_PACKET, dataPacket, FLUSH_PACKET } from "../../src/git/wire/packet.ts";
import { disableAccount } from "../../src/operations/accounts/accounts.ts";
import { createApiToken, revokeApiToken } from "../../src/operations/tokens/api-tokens.ts";
import { setMember } from "../../src/operations/workspaces/workspaces.ts";
import { startFilledApp } from "../support/filled-app.ts";
import {
  basic,
  type HttpAnswer,
  type HttpQuestion,
  readAnswer,
  sendRequest,
} from "../support/http-request.ts";
import { createCaller } from "../support/rest-callers.ts";

const { app, git, folder, commit, rest } = await startFilledApp();
let hits = 0;
const REPOSITORY = "/2.0/repositories/acme/demo";
const INFO_REFS = "/acme/demo.git/info/refs?service=git-upload-pack";
const UPLOAD_PACK = "/acme/demo.git/git-upload-pack";

before(async () => {
  const id = await commit({ "README.md": "only for those who may\n" }, "First");
  await git.out(["push", "--quiet", "origin", "HEAD:refs/heads/main"], { folder });
  await git.out(["push", "--quiet", "origin", `${id}:refs/heads/other`], { folder });
  Object.assign(app.ports.metrics, {
    countRemembered() {
      hits += 1;
    },
  });
});

/** A member who reads, with the header of a token of theirs. */
async function createReader(username: string) {
  const { account } = await createCaller(app, username);
  await setMember(app.ports, app.workspace, account, "member", "read");
  const made = await createApiToken(app.ports, {
    accountUuid: account.uuid,
    name: "remembered",
    scopes: ["read:repository:bitbucket"],
    ageDays: 1,
  });
  const email = `${username}@example.com`;
  const authorization = basic(email, made.text.reveal());
  const inGit = basic("x-bitbucket-api-token-auth", made.text.reveal());
  return { account, token: made.token, authorization, inGit };
}

function get(path: string, authorization: string, headers: Record<string, string> = {}) {
  return sendRequest(app.url, path, { headers: { authorization, ...headers } });
}

function lsRefs(authorization: string, prefix: string): [string, HttpQuestion] {
  const body = Buffer.concat([
    dataPacket("command=ls-refs\n"),
    DELIMITER_PACKET,
    dataPacket(`ref-prefix ${prefix}\n`),
    FLUSH_PACKET,
  ]);
  const headers = {
    authorization,
    "git-protocol": "version=2",
    "content-type": "application/x-git-upload-pack-request",
  };
  return [UPLOAD_PACK, { method: "POST", headers, body }];
}

/** Asks until the answer comes from memory: the first use of a token is written down, which is a change. */
async function askUntilRemembered(ask: () => Promise<HttpAnswer>): Promise<HttpAnswer> {
  const hitsBefore = hits;
  for (let time = 0; time < 6; time += 1) {
    const answer = await ask();
    assert.equal(answer.status, 200, answer.text);
    if (hits > hitsBefore) return answer;
    await app.ports.auditNotes.idle();
    await app.ports.database.transaction(async () => {});
  }
  return assert.fail("it is never remembered");
}

/** What is asked is looked at, and not answered from memory. */
async function askAnew(ask: () => Promise<HttpAnswer>): Promise<HttpAnswer> {
  const hitsBefore = hits;
  const answer = await ask();
  assert.equal(hits, hitsBefore);
  return answer;
}

test("what is remembered is the whole answer, with an id of its own and a line in the log", async () => {
  const { authorization, account, token } = await createReader("whole");
  const first = await get(REPOSITORY, authorization);
  const again = await askUntilRemembered(() => get(REPOSITORY, authorization));
  assert.equal(again.text, first.text);
  const without = ({ headers: { date: _, "x-request-id": __, ...rest } }: HttpAnswer) => rest;
  assert.deepEqual(without(again), without(first));
  assert.notEqual(again.headers["x-request-id"], first.headers["x-request-id"]);
  const line = app.logLines.find((each) => each["request.id"] === again.headers["x-request-id"]);
  assert.equal(line?.["caller.account_id"], account.accountId);
  assert.equal(line?.["token.id"], token.uuid);
  assert.equal(line?.status, 200);
  assert.equal(line?.route, "/2.0/repositories/:workspace/:repo_slug");
});

for (const [what, path] of [
  ["REST", REPOSITORY],
  ["Git", INFO_REFS],
] as const) {
  test(`${what}: another credential, none, and a wrong one are looked at`, async () => {
    const { authorization, inGit } = await createReader(`reader-${what.toLowerCase()}`);
    const own = what === "REST" ? authorization : inGit;
    await askUntilRemembered(() => get(path, own));
    const stranger = await createCaller(app, `stranger-${what.toLowerCase()}`);
    const made = await createApiToken(app.ports, {
      accountUuid: stranger.account.uuid,
      name: "x",
      scopes: ["read:repository:bitbucket"],
      ageDays: 1,
    });
    const others = basic(`stranger-${what.toLowerCase()}@example.com`, made.text.reveal());
    await askUntilRemembered(() => get(path, own));
    assert.equal((await askAnew(() => get(path, others))).status, what === "REST" ? 404 : 401);
    assert.notEqual((await askAnew(() => sendRequest(app.url, path))).status, 200);
    assert.equal((await askAnew(() => get(path, own.replace(/.{4}$/, "AAAA")))).status, 401);
    for (const method of ["HEAD", "DELETE"]) {
      const answer = await askAnew(() =>
        sendRequest(app.url, path, { method, headers: { authorization: own } }),
      );
      assert.notEqual(answer.status, method === "DELETE" ? 200 : 500);
    }
  });

  test(`${what}: a token revoked, an account disabled, a repository hidden is so for the next request`, async () => {
    for (const end of ["revoke", "disable", "hide"]) {
      const { account, token, authorization, inGit } = await createReader(`${end}-${what.toLowerCase()}`);
      const own = what === "REST" ? authorization : inGit;
      await askUntilRemembered(() => get(path, own));
      if (end === "revoke") await revokeApiToken(app.ports, token.uuid);
      else if (end === "disable") await disableAccount(app.ports, account);
      else await setMember(app.ports, app.workspace, account, "member", "none");
      const { status } = await askAnew(() => get(path, own));
      assert.equal(status, end === "hide" ? 404 : 401, end);
    }
  });

  test(`${what}: a token that runs out is refused though nothing has changed`, async () => {
    const { authorization, inGit, token } = await createReader(`late-${what.toLowerCase()}`);
    const own = what === "REST" ? authorization : inGit;
    const { clock } = app.ports;
    const lastMoment = token.expiresAt.getTime() - 1_000;
    Object.assign(app.ports, { clock: () => new Date(lastMoment) });
    try {
      await askUntilRemembered(() => get(path, own));
      Object.assign(app.ports, { clock: () => new Date(token.expiresAt) });
      assert.equal((await askAnew(() => get(path, own))).status, 401);
    } finally {
      Object.assign(app.ports, { clock });
    }
  });
}

test("the use of a token is written down every minute all the same", async () => {
  const { authorization } = await createReader("busy");
  await askUntilRemembered(() => get(REPOSITORY, authorization));
  const { clock } = app.ports;
  Object.assign(app.ports, { clock: () => new Date(clock().getTime() + 61_000) });
  try {
    assert.equal((await askAnew(() => get(REPOSITORY, authorization))).status, 200);
  } finally {
    Object.assign(app.ports, { clock });
  }
});

test("lists of refs: another body is looked at, whole, and a change of refs is seen", async () => {
  const { inGit } = await createReader("lister");
  const main = await askUntilRemembered(() => sendRequest(app.url, ...lsRefs(inGit, "refs/heads/main")));
  assert.match(main.text, /refs\/heads\/main/);
  // As long as the other.
  const other = await askAnew(() => sendRequest(app.url, ...lsRefs(inGit, "refs/heads/othe")));
  assert.match(other.text, /refs\/heads\/other/);
  await git.out(["push", "--quiet", "origin", "HEAD:refs/heads/main2"], { folder });
  const after = await askAnew(() => sendRequest(app.url, ...lsRefs(inGit, "refs/heads/main")));
  assert.match(after.text, /refs\/heads\/main2/);
});

test("a body that comes in pieces is put together, and one that never comes whole keeps nothing up", async () => {
  const { inGit } = await createReader("pieces");
  const [path, question] = lsRefs(inGit, "refs/heads/main");
  const whole = await askUntilRemembered(() => sendRequest(app.url, path, question));
  const body = question.body as Buffer;
  // In the order in which the other request has them.
  const headers = { "Content-Length": String(body.length), ...question.headers };
  const { hostname, port } = new URL(app.url);
  const inPieces = request({ hostname, port, path, method: "POST", headers, agent: false });
  inPieces.write(body.subarray(0, 10));
  await delay(20);
  const hitsBefore = hits;
  inPieces.end(body.subarray(10));
  const [message] = (await once(inPieces, "response")) as [IncomingMessage];
  assert.equal((await readAnswer(message)).text, whole.text);
  assert.equal(hits, hitsBefore + 1);

  const broken = request({ hostname, port, path, method: "POST", headers, agent: false });
  broken.on("error", () => {});
  broken.write(body.subarray(0, 10));
  await delay(20);
  broken.destroy();
  await askUntilRemembered(() => sendRequest(app.url, path, question));
});

test("what was in the way of a clone is handed on whole, packed or not", async () => {
  const { inGit } = await createReader("cloner");
  const url = new URL("/acme/demo.git", app.url).href;
  const own = ["-c", `http.extraHeader=Authorization: ${inGit}`];
  const hitsBefore = hits;
  for (let time = 0; time < 4; time += 1) {
    // So many prefixes that git packs the request.
    const many = Array.from({ length: 60 }, (_, each) => `refs/heads/a-name-of-some-length-${each}`);
    await git.out([...own, "ls-remote", url, ...many], {});
    const clone = git.newPath("clone");
    await git.out([...own, "clone", "--quiet", url, clone], {});
    assert.equal(
      await git.out(["rev-parse", "HEAD"], { folder: clone }),
      await git.out(["rev-parse", "HEAD"], { folder }),
    );
  }
  assert.ok(hits > hitsBefore);
});

test("an address that a token has not been used from is noted, though the answer is remembered", async () => {
  const { authorization, token } = await createReader("traveller");
  const noted: string[] = [];
  const { noteAddress } = app.ports.auditNotes;
  Object.assign(app.ports.auditNotes, {
    noteAddress(...values: Parameters<typeof noteAddress>) {
      if (values[0].tokenUuid === token.uuid) noted.push(values[2]);
      noteAddress(...values);
    },
  });
  await askUntilRemembered(() => get(REPOSITORY, authorization));
  const hitsBefore = hits;
  const { hostname, port } = new URL(app.url);
  // Another address of this machine.
  const elsewhere = request({
    ...{ hostname, port, path: REPOSITORY, localAddress: "127.0.0.2", agent: false },
    headers: { authorization },
  }).end();
  const [message] = (await once(elsewhere, "response")) as [IncomingMessage];
  assert.equal((await readAnswer(message)).status, 200);
  assert.equal(hits, hitsBefore + 1);
  assert.equal(noted.at(-1), "127.0.0.2");
});

test("a 401 to nobody is remembered for nobody, until the repository is public", async () => {
  const hitsBefore = hits;
  for (let time = 0; time < 4; time += 1) {
    const answer = await sendRequest(app.url, INFO_REFS);
    assert.equal(answer.status, 401);
    assert.match(answer.headers["www-authenticate"] ?? "", /^Basic realm=/);
  }
  assert.ok(hits > hitsBefore);
  const { inGit } = await createReader("first-time");
  assert.equal((await askAnew(() => get(INFO_REFS, inGit))).status, 200);
  assert.equal((await rest("PUT", "", { is_private: false })).status, 200);
  assert.equal((await askAnew(() => sendRequest(app.url, INFO_REFS))).status, 200);
  assert.equal((await rest("PUT", "", { is_private: true })).status, 200);
  assert.equal((await askAnew(() => sendRequest(app.url, INFO_REFS))).status, 401);
});

test("a large answer is remembered when it has been given twice, and is the same", async () => {
  const message = `Much to say\n\n${"of one commit ".repeat(1_000)}`;
  await git.out(
    ["push", "--quiet", "origin", `${await commit({ "LONG.md": "x" }, message)}:refs/heads/long`],
    {
      folder,
    },
  );
  const { authorization } = await createReader("pages");
  await askUntilRemembered(() => get(REPOSITORY, authorization));
  const ask = () => get(`${REPOSITORY}/commits/long`, authorization);
  const first = await askAnew(ask);
  assert.ok(first.text.length > 16 * 1024);
  await askAnew(ask);
  const hitsBefore = hits;
  assert.equal((await ask()).text, first.text);
  assert.equal(hits, hitsBefore + 1);
});
