import assert from "node:assert/strict";
import { after, test } from "node:test";
import { Validator } from "@seriousme/openapi-schema-validator";
import { sendRequest } from "../../../tests/support/clients/http-request.ts";
import { ALL_ROUTES } from "../../../tests/support/examples/all-routes.ts";
import { startTestApp } from "../../../tests/support/server/test-app.ts";
import { describeServer } from "./openapi-document.ts";
import { OPENAPI_PATH } from "./register-openapi.ts";

const app = await startTestApp();
after(() => app.close());
const settings = { takesBearerApiTokens: true };

type Described = {
  readonly openapi: string;
  readonly servers: readonly unknown[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, Record<string, unknown>>>>>;
};

const answer = await sendRequest(app.url, OPENAPI_PATH);
const document = JSON.parse(answer.text) as Described;

test("the document is valid, and is of this server", async () => {
  assert.equal(answer.status, 200);
  assert.match(document.openapi, /^3\.1\./);
  assert.deepEqual(document.servers, [{ url: app.url }]);
  for (const baseUrls of [undefined, { html: "https://git.example", api: "https://api.example/2.0" }]) {
    const described = JSON.parse(JSON.stringify(await describeServer(settings, baseUrls)));
    const { valid, errors } = await new Validator().validate(described);
    assert.ok(valid, JSON.stringify(errors));
  }
});

test("every declared route is in it once, with its scopes in both vocabularies", () => {
  const ids = new Set<unknown>();
  let count = 0;
  for (const item of Object.values(document.paths))
    for (const [method, operation] of Object.entries(item)) {
      if (method === "servers") continue;
      ids.add(operation.operationId);
      count += 1;
    }
  assert.equal(ids.size, count);
  for (const route of ALL_ROUTES) {
    const operation = document.paths[route.path]?.[route.method.toLowerCase()];
    assert.ok(operation, `${route.method} ${route.path}`);
    const security = operation.security as readonly Readonly<Record<string, readonly string[]>>[];
    const kinds = route.credentialKinds;
    if (kinds === undefined || kinds.includes("api-token"))
      assert.ok(security.some(({ api_token }) => api_token?.join() === route.apiTokenScopes.join()));
    if (kinds === undefined || kinds.includes("oauth"))
      assert.ok(security.some(({ oauth2 }) => oauth2?.join() === route.oauthScopes.join()));
  }
});

test("bodies have their schemas, and what may be called without a credential says so", () => {
  const hooks = document.paths["/2.0/repositories/{workspace}/{repo_slug}/hooks"]!;
  const { content } = hooks.post!.requestBody as {
    readonly content: Record<string, { readonly schema: { readonly properties: object } }>;
  };
  assert.ok("url" in content["application/json"]!.schema.properties);
  const repository = document.paths["/2.0/repositories/{workspace}/{repo_slug}"]!;
  assert.ok((repository.get!.security as readonly object[]).some((way) => Object.keys(way).length === 0));
  assert.ok((repository.delete!.security as readonly object[]).every((way) => Object.keys(way).length === 1));
});

test("it is sent once to who keeps it, and has other URLs under another name", async () => {
  const etag = String(answer.headers.etag);
  const again = await sendRequest(app.url, OPENAPI_PATH, { headers: { "if-none-match": `W/${etag}` } });
  assert.deepEqual([again.status, again.text, again.headers.etag], [304, "", etag]);
  const stale = await sendRequest(app.url, OPENAPI_PATH, { headers: { "if-none-match": '"other"' } });
  assert.equal(stale.status, 200);
  const named = await sendRequest(app.url, OPENAPI_PATH, { headers: { host: "bitbucket.org" } });
  const { servers, paths } = JSON.parse(named.text) as Described;
  assert.deepEqual(servers, [{ url: "http://bitbucket.org" }]);
  assert.deepEqual(paths["/2.0/user"]!.servers, [{ url: "http://api.bitbucket.org" }]);
  assert.notEqual(named.headers.etag, etag);
});
