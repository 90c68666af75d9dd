import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import { createApp } from "../../src/app.ts";
import { GIT_ROUTES } from "../../src/git-http/git-http.ts";
import type { Route } from "../../src/http/routes/route.ts";
import type { AppServer } from "../../src/http/server/server.ts";
import type { Account } from "../../src/model/account.ts";
import type { GrantedScope } from "../../src/model/scope.ts";
import type { Uuid } from "../../src/model/uuid.ts";
import { createAccount } from "../../src/operations/accounts/accounts.ts";
import { createApiToken, revokeApiToken } from "../../src/operations/tokens/api-tokens.ts";
import { setMember } from "../../src/operations/workspaces/workspaces.ts";
import { basic } from "../support/clients/http-request.ts";
import { ALL_ROUTES, ALL_SCOPES } from "../support/examples/all-routes.ts";
import { type ExampleWorkspace, openExampleWorkspace } from "../support/examples/example-workspace.ts";
import { exampleOf, examplePath, routeName } from "../support/examples/route-examples.ts";
import { expectedOutcomes } from "../support/examples/subject-examples.ts";
import { startTestApp, type TestApp } from "../support/server/test-app.ts";

/**
 * Calls every route as everybody, also as a reader. A new route is in here as soon as it is listed; what it asks is read from
 * its declaration. How a credential is brought, and what is wrong with it, is crossed in matrix.test.ts.
 */
let app: TestApp;
let server: AppServer;
let examples: ExampleWorkspace;
let stranger: Account;
let reader: Account;

before(async () => {
  app = await startTestApp();
  server = await createApp(app.ports);
  examples = await openExampleWorkspace(app);
  const make = (username: string) =>
    createAccount(app.ports, app.by, { email: `${username}@example.com`, username });
  stranger = await make("stranger");
  reader = await make("reader");
  await setMember(app.ports, app.by, app.workspace, reader, "member", "read");
});
after(async () => {
  await server.close();
  await app.close();
});

async function tokenOf(account: Account, scopes: readonly GrantedScope[]) {
  const made = await createApiToken(app.ports, app.by, {
    accountUuid: account.uuid,
    name: "t",
    scopes,
    ageDays: 1,
  });
  tokens.push(made.token.uuid);
  return { text: made.text.reveal(), uuid: made.token.uuid };
}

/** An account may have only so many. */
const tokens: Uuid[] = [];
afterEach(async () => {
  for (const uuid of tokens.splice(0)) await revokeApiToken(app.ports, app.by, uuid);
});

/** The route's example, in a workspace where there is something under each path. */
async function call(route: Route, authorization: string | undefined) {
  await examples.refill();
  const { body } = exampleOf(route);
  const answer = await server.inject({
    method: route.method,
    url: examplePath(route, examples.parameters()),
    headers: {
      ...(authorization === undefined ? {} : { authorization }),
      ...(body === undefined ? {} : { "content-type": body.contentType }),
    },
    ...(body === undefined ? {} : { payload: body.text }),
  });
  if (route.method !== "GET" && answer.statusCode < 400) examples.spoil();
  return { status: answer.statusCode, body: answer.body };
}

for (const route of ALL_ROUTES) {
  const name = routeName(route);

  test(`${name}: all scopes but one that it asks are refused, with the lists`, async () => {
    // Refused for its kind, whatever its scopes.
    if (route.credentialKinds?.includes("api-token") === false) return;
    for (const left of route.apiTokenScopes) {
      const token = await tokenOf(
        app.owner,
        ALL_SCOPES.filter((scope) => scope !== left),
      );
      const answer = await call(route, basic("owner@example.com", token.text));
      assert.equal(answer.status, 403);
      assert.deepEqual(JSON.parse(answer.body).error.detail.required, route.apiTokenScopes);
    }
  });

  test(`${name}: nobody, strangers, readers and owners get what the declaration says`, async () => {
    const nobody = await call(route, undefined);
    const foreign = await call(
      route,
      basic("stranger@example.com", (await tokenOf(stranger, ALL_SCOPES)).text),
    );
    const reading = await call(route, basic("reader@example.com", (await tokenOf(reader, ALL_SCOPES)).text));
    const owning = await call(route, basic("owner@example.com", (await tokenOf(app.owner, ALL_SCOPES)).text));
    const outcome = ({ status }: { readonly status: number }) => (status < 400 ? "in" : status);
    assert.deepEqual(
      {
        nobody: outcome(nobody),
        stranger: outcome(foreign),
        reader: outcome(reading),
        owner: outcome(owning),
      },
      expectedOutcomes(route),
      [nobody, foreign, reading, owning].map((answer) => answer.body.slice(0, 500)).join("\n"),
    );
  });
}

for (const route of GIT_ROUTES) {
  for (const service of ["git-upload-pack", "git-receive-pack"] as const) {
    if (route.method === "POST" && !route.suffix.endsWith(service)) continue;
    // For a POST the service comes from the path. A query that names the other service must change nothing.
    const other = service === "git-upload-pack" ? "git-receive-pack" : "git-upload-pack";
    const query = route.method === "GET" ? `?service=${service}` : `?service=${other}`;
    const url = `/acme/demo.git${route.suffix}${query}`;
    const callGit = (authorization: string | undefined) =>
      server.inject({
        method: route.method,
        url,
        headers: {
          "content-type": `application/x-${service}-request`,
          ...(authorization === undefined ? {} : { authorization }),
        },
        ...(route.method === "POST" ? { payload: "0000" } : {}),
      });

    test(`git ${route.method} ${url}: nobody, strangers, readers, owners`, async () => {
      const nobody = await callGit(undefined);
      assert.equal(nobody.statusCode, 401);
      assert.match(String(nobody.headers["www-authenticate"]), /^Basic realm="/);
      const foreign = await callGit(basic("stranger", (await tokenOf(stranger, ALL_SCOPES)).text));
      assert.equal(foreign.statusCode, 404);
      const owning = await callGit(basic("owner", (await tokenOf(app.owner, ALL_SCOPES)).text));
      assert.equal(owning.statusCode, 200);
      const missing = await server.inject({ method: route.method, url: url.replace("demo", "nothing") });
      assert.deepEqual(
        [missing.statusCode, missing.body],
        [nobody.statusCode, nobody.body],
        "hidden and missing are alike",
      );
    });
  }
}
