// The generated tests of access know the routes that are listed. A route that somebody registers past the lists would be in
// none of them: so what the server has in the end is held against the lists.
import assert from "node:assert/strict";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { existsSync } from "node:fs";
import { after, test } from "node:test";
import type { FastifyInstance, RouteOptions } from "fastify";
import { createApp } from "../../src/app.ts";
import { GIT_ROUTES } from "../../src/git-http/git-http.ts";
import { SNIPPET_GIT_URLS } from "../../src/git-http/git-route.ts";
import { LFS_METHODS, LFS_URL } from "../../src/git-http/lfs.ts";
import { routerPaths } from "../../src/http/routes/pipeline.ts";
import { ADMIN_TOKEN_URL, ADMIN_TOKENS_URL } from "../../src/own-routes/admin-api-tokens.ts";
import { HEALTH_PATH, READY_PATH } from "../../src/own-routes/health.ts";
import { OPENAPI_PATH } from "../../src/own-routes/openapi/register-openapi.ts";
import { UNDECLARED_OPERATIONS } from "../../src/own-routes/openapi/undeclared-operations.ts";
import { TOKEN_CALENDAR_URL } from "../../src/own-routes/token-calendar.ts";
import { TOKEN_REVOCATION_PATH } from "../../src/own-routes/token-revocation.ts";
import { ACCESS_TOKEN_PATH } from "../../src/site/oauth2/access-token.ts";
import { DEVICE_AUTHORIZATION_PATH } from "../../src/site/oauth2/device-authorization.ts";
import { REVOKE_PATH } from "../../src/site/oauth2/revoke.ts";
import { AVATAR_URLS } from "../../src/web/avatars.ts";
import { PAGE_LIST } from "../../src/web/page-list.ts";
import { ALL_ROUTES } from "../support/examples/all-routes.ts";
import { startTestApp } from "../support/server/test-app.ts";

const OAUTH_TESTS = "src/site/oauth2/access-token.test.ts";

/** What asks for no scope and no permission, with the reason and the tests of its own. */
const OUTSIDE: Readonly<Record<string, { readonly why: string; readonly tests: string }>> = {
  "GET /-/assets/*": {
    why: "the stylesheet, the script and the mark, the same for everybody",
    tests: "src/web/pipeline/pages.test.ts",
  },
  ...Object.fromEntries(
    AVATAR_URLS.map((url) => [
      `GET ${url}`,
      {
        why: "a drawing by the name in the address, the same for everybody",
        tests: "src/web/avatars.test.ts",
      },
    ]),
  ),
  "GET /-/downloads/:uuid/:expires/:signature/:name": {
    why: "the signed link is the proof, and no credential is looked at",
    tests: "src/rest/repositories/downloads/downloads.test.ts",
  },
  ...Object.fromEntries(
    [`GET ${ADMIN_TOKENS_URL}`, `DELETE ${ADMIN_TOKENS_URL}`, `DELETE ${ADMIN_TOKEN_URL}`].map((route) => [
      route,
      {
        why: "a key of the operator opens it, and no other credential",
        tests: "tests/access/admin-api-tokens.test.ts",
      },
    ]),
  ),
  ...Object.fromEntries(
    [HEALTH_PATH, READY_PATH].map((path) => [
      `GET ${path}`,
      {
        why: "fixed words about the server, the same for everybody",
        tests: "src/own-routes/health.test.ts",
      },
    ]),
  ),
  [`GET ${OPENAPI_PATH}`]: {
    why: "what is served, the same for everybody",
    tests: "src/own-routes/openapi/openapi.test.ts",
  },
  [`GET ${TOKEN_CALENDAR_URL}`]: {
    why: "the secret in the address is the proof, and no credential is looked at",
    tests: "src/web/settings/expiry-calendar.test.ts",
  },
  [`POST ${TOKEN_REVOCATION_PATH}`]: {
    why: "the token in the body is the proof, and no other credential is looked at",
    tests: "tests/access/token-revocation.test.ts",
  },
  ...Object.fromEntries(
    LFS_METHODS.map((method) => [
      `${method} ${LFS_URL}`,
      {
        why: "it is not there, whoever asks; what it asks first is in its tests",
        tests: "tests/git/lfs.test.ts",
      },
    ]),
  ),
  ...Object.fromEntries(
    SNIPPET_GIT_URLS.flatMap((url) =>
      GIT_ROUTES.map(({ method, suffix }) => [
        `${method} ${url}${suffix}`,
        {
          why: "admitted as snippets are, over the transport that is in the matrix",
          tests: "tests/git/snippets.test.ts",
        },
      ]),
    ),
  ),
  ...Object.fromEntries(
    ["GET", "PUT", "DELETE", "PATCH"].map((method) => [
      `${method} ${TOKEN_REVOCATION_PATH}`,
      { why: "refused, whoever asks", tests: "tests/access/token-revocation.test.ts" },
    ]),
  ),
  "GET /.well-known/oauth-authorization-server": {
    why: "where the endpoints of OAuth are, the same for everybody",
    tests: "src/site/well-known/oauth-authorization-server.test.ts",
  },
  ...Object.fromEntries(
    [ACCESS_TOKEN_PATH, REVOKE_PATH, DEVICE_AUTHORIZATION_PATH].flatMap((path) => [
      [`POST ${path}`, { why: "consumers prove who they are by their secret", tests: OAUTH_TESTS }],
      ...["GET", "PUT", "DELETE", "PATCH"].map((method) => [
        `${method} ${path}`,
        { why: "refused, whoever asks", tests: OAUTH_TESTS },
      ]),
    ]),
  ),
};

/** In `matrix.test.ts`, which is made of the same lists. */
const IN_MATRIX = [
  ...ALL_ROUTES.flatMap((route) => routerPaths(route).map((path) => `${route.method} ${path}`)),
  ...GIT_ROUTES.map(({ method, suffix }) => `${method} /:workspace/:repo_slug${suffix}`),
];

/** In `pages.test.ts`, which is made of their list. */
const PAGE_ROUTES = PAGE_LIST.flatMap((entry) =>
  routerPaths(entry).flatMap((path) => entry.methods.map((method) => `${method} ${path}`)),
);

/** Fastify tells of each server that is made, before there is a route. */
async function listRegistered(): Promise<readonly string[]> {
  const registered: string[] = [];
  const listen = (message: unknown) => {
    (message as { fastify: FastifyInstance }).fastify.addHook("onRoute", ({ method, url }: RouteOptions) => {
      registered.push(...[method].flat().map((each) => `${each} ${url}`));
    });
  };
  const app = await startTestApp();
  after(() => app.close());
  subscribe("fastify.initialization", listen);
  const server = await createApp(app.ports).finally(() => unsubscribe("fastify.initialization", listen));
  after(() => server.close());
  await server.ready();
  return registered;
}

const registered = await listRegistered();
/** Fastify adds a HEAD to each GET: the same route, asked for the same. */
const own = registered.filter((name) => !name.startsWith("HEAD "));

test("every route that the server has is in the matrix, or on the list of those outside of it", () => {
  const unknown = own.filter(
    (name) => !IN_MATRIX.includes(name) && !PAGE_ROUTES.includes(name) && !Object.hasOwn(OUTSIDE, name),
  );
  assert.deepEqual(
    unknown,
    [],
    "add it to ROUTES, OWN_ROUTES, GIT_ROUTES or PAGE_LIST; or to OUTSIDE, with tests of its own",
  );
  assert.deepEqual([...own].sort(), [...new Set(own)].sort(), "none is there twice");
});

test("every route of the lists is registered", () => {
  const missing = [...IN_MATRIX, ...PAGE_ROUTES, ...Object.keys(OUTSIDE)].filter(
    (name) => !own.includes(name),
  );
  assert.deepEqual(missing, []);
});

test("what is outside of the matrix below /-/ is in the OpenAPI document, unless it only refuses", () => {
  const outside = Object.entries(OUTSIDE)
    .filter(
      ([name, { why }]) => / \/-\//.test(name) && !name.includes("/-/assets/") && !why.startsWith("refused"),
    )
    .map(([name]) => name.replaceAll(/:(\w+)/g, "{$1}"));
  const described = UNDECLARED_OPERATIONS.map(({ method, path }) => `${method.toUpperCase()} ${path}`);
  assert.deepEqual(outside.sort(), described.sort());
});

test("a HEAD is there only where its GET is", () => {
  const heads = registered.filter((name) => name.startsWith("HEAD "));
  assert.ok(heads.length > 0);
  assert.deepEqual(
    heads.filter((name) => !own.includes(name.replace("HEAD", "GET"))),
    [],
  );
});

for (const [name, { why, tests }] of Object.entries(OUTSIDE)) {
  test(`${name} is outside of the matrix: ${why}`, () => assert.ok(existsSync(tests), tests));
}
