import assert from "node:assert/strict";
import { after, test } from "node:test";
import { sendRequest } from "../../../tests/support/clients/http-request.ts";
import { startTestApp } from "../../../tests/support/server/test-app.ts";

const app = await startTestApp();
after(() => app.close());

test("the metadata of RFC 8414 names endpoints that are there", async () => {
  const answer = await sendRequest(app.url, "/.well-known/oauth-authorization-server");
  assert.equal(answer.status, 200);
  const metadata = JSON.parse(answer.text) as Record<string, unknown>;
  assert.equal(metadata.issuer, app.url);
  for (const [name, endpoint] of Object.entries(metadata)) {
    if (!name.endsWith("_endpoint")) continue;
    const { status } = await sendRequest(app.url, String(endpoint).slice(app.url.length), { method: "POST" });
    assert.notEqual(status, 404, name);
  }
  assert.deepEqual(metadata.code_challenge_methods_supported, ["S256"]);
});
