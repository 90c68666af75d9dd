import assert from "node:assert/strict";
import { after, test } from "node:test";
import { sendRequest } from "../support/clients/http-request.ts";
import { startTestApp } from "../support/server/test-app.ts";

const app = await startTestApp();
after(() => app.close());
const BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

test("a browser is told what this is, the same whoever asks, and nothing of the data", async () => {
  const answer = await sendRequest(app.url, "/", { headers: { accept: BROWSER } });
  assert.equal(answer.status, 200);
  assert.equal(answer.headers["content-type"], "text/html; charset=utf-8");
  assert.match(String(answer.headers["content-security-policy"]), /^default-src 'none'/);
  assert.match(answer.text, new RegExp(`git clone ${app.url}/WORKSPACE/REPOSITORY\\.git`));
  assert.doesNotMatch(answer.text, /ATATT|<script|acme/);
  const known = await sendRequest(app.url, "/", {
    headers: { accept: BROWSER, authorization: `Bearer ${await app.token()}` },
  });
  assert.equal(known.text, answer.text);
});

for (const accept of [undefined, "*/*", "application/json"]) {
  test(`a client that accepts ${accept} gets the API's 404`, async () => {
    const answer = await sendRequest(app.url, "/", accept === undefined ? {} : { headers: { accept } });
    assert.equal(answer.status, 404);
    assert.equal(JSON.parse(answer.text).type, "error");
  });
}

test("the page is only read", async () => {
  for (const method of ["POST", "PUT", "DELETE"]) {
    const answer = await sendRequest(app.url, "/", { method, headers: { accept: BROWSER } });
    assert.ok(answer.status === 405 || answer.status === 404, `${method} ${answer.status}`);
  }
});
