import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { createApp } from "../../src/app.ts";
import type { AppServer } from "../../src/http/server/server.ts";
import { SCOPES } from "../../src/model/scope.ts";
import { createAccount } from "../../src/operations/accounts/accounts.ts";
import { createApiToken } from "../../src/operations/tokens/api-tokens.ts";
import { ROUTES } from "../../src/rest/routes.ts";
import { updateRepository } from "../../src/storage/sql/repositories/repositories.ts";
import { basic } from "../support/clients/http-request.ts";
import { startTestApp, type TestApp } from "../support/server/test-app.ts";

/** Everybody may read here. What else a route asks of an account is read from its declaration. */
let app: TestApp;
let server: AppServer;
let stranger: string;

before(async () => {
  app = await startTestApp();
  server = await createApp(app.ports);
  await updateRepository(app.ports.database.kysely, app.repository.uuid, { isPrivate: false });
  const account = await createAccount(app.ports, app.by, {
    email: "stranger@example.com",
    username: "stranger",
  });
  const made = await createApiToken(app.ports, app.by, {
    accountUuid: account.uuid,
    name: "t",
    scopes: SCOPES,
    ageDays: 1,
  });
  stranger = basic("stranger@example.com", made.text.reveal());
});
after(async () => {
  await server.close();
  await app.close();
});

async function statusOf(method: "GET" | "POST" | "PUT" | "DELETE", path: string, authorization?: string) {
  const url = path
    .replace("{workspace}", "acme")
    .replace("{repo_slug}", "demo")
    .replaceAll(/\{\w+\}/g, "main");
  const headers = authorization === undefined ? {} : { authorization };
  return (await server.inject({ method, url, headers })).statusCode;
}

/** Without those of apps, which take nobody else. */
const routes = ROUTES.filter((route) => route.subject === "repository").filter(
  ({ credentialKinds }) => credentialKinds?.includes("api-token") !== false,
);

for (const { method, path, permission, access } of routes) {
  test(`${method} ${path}: nobody and strangers on a public repository`, async () => {
    const nobody = await statusOf(method, path);
    const strange = await statusOf(method, path, stranger);
    assert.equal(nobody === 401, permission !== "read" || access !== undefined, `nobody: ${nobody}`);
    assert.equal(strange === 403, permission !== "read" || access === "explicit", `stranger: ${strange}`);
    assert.notEqual(strange, 401);
  });
}

test("some routes ask for an account, and some for explicit access", () => {
  for (const access of [undefined, "account", "explicit"]) {
    assert.ok(
      routes.some((route) => route.access === access && route.permission === "read"),
      String(access),
    );
  }
});
