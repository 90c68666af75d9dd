// The attack: a token that opens something is brought where logs, caches and other sites see it: in the query, in a form, in a
// cookie. Bitbucket took OAuth tokens from the query and from forms until 4 May 2026.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { OAUTH_SCOPES } from "../../src/model/oauth-scope.ts";
import { sendRequest } from "../support/clients/http-request.ts";
import { askForToken, makeConsumer } from "../support/clients/oauth-client.ts";
import { ALL_ROUTES } from "../support/examples/all-routes.ts";
import { exampleOf, examplePath, PARAMETERS, routeName } from "../support/examples/route-examples.ts";
import { startTestApp, type TestApp } from "../support/server/test-app.ts";

let app: TestApp;
let access: string;
before(async () => {
  app = await startTestApp();
  const consumer = await makeConsumer(app, { scopes: OAUTH_SCOPES });
  const { json } = await askForToken(app, consumer, { grant_type: "client_credentials" });
  access = String(json.access_token);
});
after(() => app.close());

const FORM = { "content-type": "application/x-www-form-urlencoded" };

for (const route of ALL_ROUTES) {
  const path = () =>
    examplePath(route, { ...PARAMETERS, workspace: "acme", repo_slug: "demo" }, { missing: "1" });
  test(`${routeName(route)}: in the query a token is refused with the reason, beside another one too`, async () => {
    for (const headers of [{}, { authorization: `Bearer ${access}` }]) {
      const separator = path().includes("?") ? "&" : "?";
      const answer = await sendRequest(app.url, `${path()}${separator}access_token=${access}`, {
        method: route.method,
        headers,
      });
      assert.equal(answer.status, 401, answer.text);
      assert.match(answer.text, /access_token in the URL is not accepted since 4 May 2026/);
      assert.ok(!answer.text.includes(access));
    }
  });

  test(`${routeName(route)}: in a cookie a token is nothing`, async () => {
    const ask = (headers: Readonly<Record<string, string>>) =>
      sendRequest(app.url, path(), { method: route.method, headers });
    const [without, withCookie] = [
      await ask({}),
      await ask({ cookie: `access_token=${access}; pail=${access}` }),
    ];
    assert.equal(withCookie.status, without.status);
  });

  const { body } = exampleOf(route);
  if (route.method !== "GET" && body?.contentType === "application/json")
    test(`${routeName(route)}: in a form a token is refused, and nothing is done`, async () => {
      const answer = await sendRequest(app.url, path(), {
        method: route.method,
        headers: { ...FORM, authorization: `Bearer ${access}` },
        body: new URLSearchParams({ access_token: access }).toString(),
      });
      // What is refused before a body is read stays as it is.
      assert.ok([401, 403, 404].includes(answer.status), `${answer.status} ${answer.text}`);
      if (answer.status === 401) assert.match(answer.text, /access_token in the form is not accepted/);
    });
}
