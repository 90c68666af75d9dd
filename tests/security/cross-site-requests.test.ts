// The attack: a person has given a token to the dialog of a browser; then a page of another site makes the browser send a form,
// or ask for something, and the browser adds the token by itself. Browsers tell where a request comes from; what nobody but a
// browser sends is refused if it would change anything.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { basic, sendRequest } from "../support/http-request.ts";
import { startTestApp, type TestApp } from "../support/test-app.ts";

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

test("reading is left alone: no other page can see the answer, since there is no CORS", async () => {
  const headers = { authorization, "sec-fetch-site": "cross-site", origin: "https://evil.example" };
  const answer = await sendRequest(app.url, "/2.0/repositories/acme/demo", { headers });
  assert.equal(answer.status, 200);
  assert.equal(answer.headers["access-control-allow-origin"], undefined);
});

test("who sends no credential is told what everybody is told", async () => {
  const [afar, near] = [await commit("cross-site", undefined), await commit(undefined, undefined)];
  assert.equal(afar.status, near.status);
  assert.equal(afar.text, near.text);
});
