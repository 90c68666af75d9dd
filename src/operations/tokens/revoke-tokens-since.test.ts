import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { restAs } from "../../../tests/support/clients/rest-callers.ts";
import { startTestApp, type TestApp } from "../../../tests/support/server/test-app.ts";
import { createAccessToken } from "../access-tokens/access-tokens.ts";
import { createConsumer } from "../oauth/consumers.ts";
import { revokeTokensSince } from "./revoke-tokens-since.ts";

let app: TestApp;

before(async () => {
  app = await startTestApp();
});
after(() => app.close());

async function statusOf(token: string): Promise<number> {
  return (await restAs(app, `Bearer ${token}`)("GET", "/repositories/acme/demo")).status;
}

test("tokens of every kind are revoked, and what OAuth tokens were issued for has ended", async () => {
  const apiToken = await app.token();
  const { text } = await createAccessToken(
    app.ports,
    app.by,
    { kind: "repository", repository: app.repository },
    { name: "bot", scopes: ["repository"], lifetimeMs: 86_400_000 },
  );
  const { consumer, secret } = await createConsumer(app.ports, app.by, app.workspace, {
    name: "consumer",
    description: "",
    url: undefined,
    callbackUrl: "http://127.0.0.1/",
    isPrivate: true,
    scopes: ["repository"],
  });
  const issue = async () => {
    const answer = await fetch(`${app.url}/site/oauth2/access_token`, {
      method: "POST",
      headers: {
        authorization: `Basic ${btoa(`${consumer.key}:${secret.reveal()}`)}`,
        "content-type": "application/x-www-form-urlencoded",
      },
      body: "grant_type=client_credentials",
    });
    return ((await answer.json()) as { readonly access_token: string }).access_token;
  };
  const oauthToken = await issue();
  const all = [apiToken, text.reveal(), oauthToken];
  for (const token of all) assert.equal(await statusOf(token), 200);
  const outcome = await revokeTokensSince(app.ports, app.by, app.ports.clock());
  assert.deepEqual(outcome, { tokens: 3, grants: 1 });
  for (const token of all) assert.equal(await statusOf(token), 401);
  assert.deepEqual(await revokeTokensSince(app.ports, app.by, new Date(0)), { tokens: 0, grants: 0 });
  assert.equal(await statusOf(await issue()), 200, "the consumer itself goes on");
});
