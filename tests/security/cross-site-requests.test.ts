// The attack: a person has given a token to the dialog of a browser; then a page of another site makes the browser send a form,
// or ask for something, and the browser adds the token by itself. Browsers tell where a request comes from; what nobody but a
// browser sends is refused if it would change anything. What a page sends itself, and so has, is another matter: Bearer.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { basic, sendRequest } from "../support/clients/http-request.ts";
import { startTestApp, type TestApp } from "../support/server/test-app.ts";

const FORM = "application/x-www-form-urlencoded";

let app: TestApp;
let authorization: string;
let gitAuthorization: string;
before(async () => {
  app = await startTestApp();
  const token = await app.token();
  authorization = basic("owner@example.com", token);
  gitAuthorization = basic("x-bitbucket-api-token-auth", token);
});
after(() => app.close());

function commit(site: string | undefined, credential: string | undefined) {
  return sendRequest(app.url, "/2.0/repositories/acme/demo/src", {
    method: "POST",
    headers: {
      "content-type": FORM,
      ...(credential === undefined ? {} : { authorization: credential }),
      ...(site === undefined ? {} : { "sec-fetch-site": site, origin: "https://evil.example" }),
    },
    body: `message=${site}&branch=main&${site}.txt=content`,
  });
}

for (const site of ["cross-site", "same-site", "Cross-Site", "something new"])
  test(`a form that a browser sends from "${site}" changes nothing`, async () => {
    const before = await app.ports.database.kysely.selectFrom("ref").selectAll().execute();
    const { status, text } = await commit(site, authorization);
    assert.equal(status, 403);
    assert.match(text, /page of another site/);
    assert.deepEqual(await app.ports.database.kysely.selectFrom("ref").selectAll().execute(), before);
  });

test("a repository is not made by a request without a body", async () => {
  const path = "/2.0/repositories/acme/made-from-afar";
  const headers = { authorization, "sec-fetch-site": "cross-site" };
  assert.equal((await sendRequest(app.url, path, { method: "POST", headers })).status, 403);
  assert.equal((await sendRequest(app.url, path, { headers: { authorization } })).status, 404);
});

test("a push is refused in the same way", async () => {
  const push = (more: Readonly<Record<string, string>>) =>
    sendRequest(app.url, "/acme/demo.git/git-receive-pack", {
      method: "POST",
      headers: {
        authorization: gitAuthorization,
        "content-type": "application/x-git-receive-pack-request",
        ...more,
      },
      body: "0000",
    });
  assert.equal((await push({})).status, 200);
  assert.equal((await push({ "sec-fetch-site": "cross-site" })).status, 403);
});

for (const site of ["same-origin", "none", undefined])
  test(`what comes from ${site ?? "no browser"} is taken`, async () => {
    assert.equal((await commit(site, authorization)).status, 201);
  });

test("a Bearer token is no ambient credential: a page that sends it has it, so it may write", async () => {
  const token = await app.token();
  assert.equal((await commit("cross-site", `Bearer ${token}`)).status, 201);
  // Its checksum is wrong.
  const forged = await commit("cross-site", `Bearer ${token.slice(0, -1)}${token.endsWith("0") ? "1" : "0"}`);
  assert.equal(forged.status, 401);
});

describe("CORS", () => {
  const ORIGIN = { origin: "https://page.example", "sec-fetch-site": "cross-site" };
  const ask = (path: string, method: string, headers: Readonly<Record<string, string>>) =>
    sendRequest(app.url, path, { method, headers: { ...ORIGIN, ...headers } });

  for (const [what, path, status] of [
    ["a whole answer", "/2.0/repositories/acme/demo", 200],
    ["an empty one", "/2.0/repositories/acme/demo/nothing", 404],
    ["one that is not there", "/2.0/nothing", 404],
    ["a refusal of input", "/2.0/repositories/acme/demo/commits?pagelen=x", 400],
  ] as const)
    test(`${what} of the API may be read by any page, without the browser's own credentials`, async () => {
      const answer = await ask(path, "GET", { authorization });
      assert.equal(answer.status, status);
      assert.equal(answer.headers["access-control-allow-origin"], "*");
      assert.equal(answer.headers["access-control-allow-credentials"], undefined);
      assert.match(answer.headers["access-control-expose-headers"] ?? "", /ETag.*Location.*X-Request-Id/);
    });

  test("also a refusal of the credential, and what is answered again from memory", async () => {
    const refused = await ask("/2.0/user", "GET", { authorization: "Bearer x" });
    assert.deepEqual([refused.status, refused.headers["access-control-allow-origin"]], [401, "*"]);
    for (let time = 0; time < 3; time += 1) {
      const { headers } = await ask("/2.0/repositories/acme/demo/commits", "GET", { authorization });
      assert.equal(headers["access-control-allow-origin"], "*");
    }
  });

  test("a preflight is the same for every path, and needs no credential", async () => {
    const wanted = {
      "access-control-request-method": "PUT",
      "access-control-request-headers": "authorization, content-type",
    };
    const shown = async (path: string) => {
      const { status, headers, text } = await ask(path, "OPTIONS", wanted);
      return { status, text, headers: { ...headers, date: "", "x-request-id": "" } };
    };
    const there = await shown("/2.0/repositories/acme/demo");
    assert.equal(there.status, 204);
    assert.equal(there.headers["access-control-allow-origin"], "*");
    assert.equal(there.headers["access-control-allow-credentials"], undefined);
    assert.equal(there.headers["access-control-max-age"], "86400");
    assert.match(there.headers["access-control-allow-methods"] ?? "", /GET.*POST.*PUT.*DELETE/);
    assert.match(there.headers["access-control-allow-headers"] ?? "", /Authorization.*Content-Type/);
    for (const path of ["/2.0/repositories/acme/hidden", "/2.0/nothing"])
      assert.deepEqual(await shown(path), there);
  });

  test("Git, files outside the API and what is Pail's own are for no page", async () => {
    for (const path of ["/acme/demo.git/info/refs?service=git-upload-pack", "/acme/demo/get/x.zip", "/"]) {
      const answers = [
        await ask(path, "GET", { authorization: gitAuthorization }),
        await ask(path, "OPTIONS", { "access-control-request-method": "GET" }),
      ];
      for (const { headers } of answers) assert.equal(headers["access-control-allow-origin"], undefined);
    }
  });
});

test("who sends no credential is told what everybody is told", async () => {
  const [afar, near] = [await commit("cross-site", undefined), await commit(undefined, undefined)];
  assert.equal(afar.status, near.status);
  assert.equal(afar.text, near.text);
});
