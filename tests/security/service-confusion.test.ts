// The attack: a request is checked as one thing and done as another: the service named in the query of a POST, a parameter
// that is given twice, a method that is overridden or that nobody thought of (soft-serve's GHSA-g3x7-3892-v6r2, Gogs's
// GHSA-wmfg-5p4h-5fw3).
import assert from "node:assert/strict";
import { METHODS } from "node:http";
import { test } from "node:test";
import { sendRequest } from "../support/clients/http-request.ts";
import { createToken } from "../support/examples/accounts.ts";
import { createFilledRepository, NO_OBJECT, serverRefs } from "../support/git/hosted-repository.ts";
import { rawPushBody } from "../support/git/raw-push.ts";
import { openRealGit } from "../support/git/real-git.ts";
import { startPailForFile } from "../support/server/pail-server.ts";
import {
  exchange,
  type GitService,
  requestHead,
  restAuthorization,
  serverFaults,
  serviceHeaders,
  statusesOf,
} from "./hostile-client.ts";
import { NO_OBJECTS } from "./hostile-packs.ts";

const pail = await startPailForFile();
const git = openRealGit();
const { email, url } = pail.credentials;
const { repository, ids } = await createFilledRepository(git, pail);
const before = await serverRefs(git, repository.url);
const tip = ids.at(-1)!;
const readOnly = (await createToken(pail, email, ["read:repository:bitbucket"])).text;
const writeOnly = (await createToken(pail, email, ["write:repository:bitbucket"])).text;

const command = { before: NO_OBJECT, after: tip, name: "refs/heads/smuggled" };
const PUSH = rawPushBody([command], ["report-status"], NO_OBJECTS);
const FETCH = Buffer.from(`0032want ${tip}\n00000009done\n`);

function other(service: GitService): GitService {
  return service === "git-upload-pack" ? "git-receive-pack" : "git-upload-pack";
}

for (const [service, token, body] of [
  ["git-receive-pack", readOnly, PUSH],
  ["git-upload-pack", writeOnly, FETCH],
] as const) {
  for (const query of [
    "",
    `?service=${other(service)}`,
    `?service=${other(service)}&service=${service}`,
    `?service=${service}&service=${other(service)}`,
    `?SERVICE=${other(service)}`,
    `?service[]=${other(service)}`,
    `?/info/refs?service=${other(service)}`,
    "/",
    `/?service=${other(service)}`,
  ]) {
    test(`a token without its scope cannot POST ${service}${query}`, async () => {
      for (const contentType of [service, other(service)]) {
        const answer = await sendRequest(url, `${repository.path}/${service}${query}`, {
          method: "POST",
          headers: {
            ...serviceHeaders(pail, service, token),
            "Content-Type": `application/x-${contentType}-request`,
          },
          body,
        });
        assert.equal(answer.status, 403, answer.text);
        assert.ok(!answer.text.includes("PACK"));
      }
      assert.deepEqual(await serverRefs(git, repository.url), before);
    });
  }
}

for (const query of [
  "service=git-upload-pack&service=git-receive-pack",
  "service=git-receive-pack&service=git-upload-pack",
  "service[]=git-receive-pack",
  "service=git-receive-pack%00",
  "service=git-receive-pack%0a",
  "service=GIT-RECEIVE-PACK",
  "service=receive-pack",
  "service=",
  "service=__proto__",
]) {
  test(`info/refs?${query} advertises nothing to a token that may only read`, async () => {
    const headers = { Authorization: serviceHeaders(pail, "git-upload-pack", readOnly).Authorization! };
    const answer = await sendRequest(url, `${repository.path}/info/refs?${query}`, { headers });
    assert.equal(answer.status, 403, answer.text);
    assert.ok(!answer.text.includes(tip));
  });
}

for (const header of ["X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"]) {
  test(`${header} makes no other method of a request`, async () => {
    const path = `/2.0/repositories/${repository.fullName}`;
    for (const target of [`${path}/commits?_method=DELETE`, `${path}/commits`]) {
      const headers = { Authorization: restAuthorization(pail), [header]: "DELETE" };
      const answer = await sendRequest(url, target, { method: "POST", headers });
      assert.equal(answer.status, 200, answer.text);
    }
    const headers = { Authorization: restAuthorization(pail), [header]: "DELETE" };
    assert.equal((await sendRequest(url, path, { headers })).status, 200);
    assert.deepEqual(await serverRefs(git, repository.url), before);
  });
}

const PATHS = [
  "/2.0/user",
  `/2.0/repositories/${pail.credentials.workspace}`,
  `/2.0/repositories/${repository.fullName}`,
  `/2.0/repositories/${repository.fullName}/commits`,
  `${repository.path}/info/refs?service=git-upload-pack`,
  `${repository.path}/info/refs?service=git-receive-pack`,
  `${repository.path}/git-upload-pack`,
  `${repository.path}/git-receive-pack`,
  "/",
] as const;

test("HEAD is refused wherever GET is, and brings no body", async () => {
  for (const path of PATHS) {
    const close = { Connection: "close" };
    const [get] = statusesOf(await exchange(url, requestHead("GET", path, close)));
    const answer = await exchange(url, requestHead("HEAD", path, close));
    assert.deepEqual(statusesOf(answer), [get], path);
    assert.equal(answer.split("\r\n\r\n").slice(1).join(""), "", path);
  }
});

test("OPTIONS without a credential tells the methods of a path at most, and never what is there", async () => {
  const start = pail.logText().length;
  for (const path of PATHS) {
    const head = requestHead("OPTIONS", path, { Connection: "close", "Content-Length": "0" });
    const answer = await exchange(url, head);
    const [status = 0] = statusesOf(answer);
    assert.ok(status === 204 || (status >= 400 && status < 500), `${path}: ${status}`);
    if (status === 204) {
      assert.match(answer, /\r\nallow: [A-Z, ]+\r\n/i, path);
      assert.equal(answer.split("\r\n\r\n").slice(1).join(""), "", path);
    }
  }
  assert.deepEqual(serverFaults(pail, start), []);
});

// CONNECT asks for a tunnel and has its own test, in forwarding.test.ts.
for (const method of METHODS.filter((name) => name !== "CONNECT" && name !== "OPTIONS")) {
  test(`${method} without a credential is 2xx nowhere and nowhere an error of the server`, async () => {
    const start = pail.logText().length;
    for (const path of PATHS) {
      const head = requestHead(method, path, { Connection: "close", "Content-Length": "0" });
      const [status = 0] = statusesOf(await exchange(url, head));
      // The first page tells everybody the same, and nothing of the data.
      if (path === "/" && (method === "GET" || method === "HEAD")) assert.equal(status, 200);
      else assert.ok(status >= 400 && status < 500, `${method} ${path}: ${status}`);
    }
    assert.deepEqual(serverFaults(pail, start), []);
  });
}
