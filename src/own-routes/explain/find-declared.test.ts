import assert from "node:assert/strict";
import { test } from "node:test";
import { ALL_ROUTES } from "../../../tests/support/examples/all-routes.ts";
import { examplePath, PARAMETERS, routeName } from "../../../tests/support/examples/route-examples.ts";
import { findDeclared } from "./find-declared.ts";

for (const route of ALL_ROUTES) {
  test(`${routeName(route)} is found by its example`, () => {
    const path = examplePath(route, PARAMETERS, { missing: "1" });
    for (const target of [path, `${path}?pagelen=1`]) {
      const found = findDeclared(route.method, target);
      assert.ok(found.kind === "route", `${target}: ${found.kind}`);
      assert.equal(routeName(found.route), routeName(route));
    }
  });
}

for (const [what, method, target, expected] of [
  ["a fetch asks", "GET", "/acme/demo.git/info/refs?service=git-upload-pack", "git-upload-pack"],
  ["a push asks", "GET", "/acme/demo/info/refs?service=git-receive-pack", "git-receive-pack"],
  ["a push sends", "POST", "/acme/demo.git/git-receive-pack", "git-receive-pack"],
  [
    "a service is not in the query of a POST",
    "POST",
    "/acme/demo.git/git-upload-pack?service=git-receive-pack",
    "git-upload-pack",
  ],
] as const) {
  test(`${what}: ${method} ${target} is ${expected}`, () => {
    const found = findDeclared(method, target);
    assert.deepEqual(found, {
      kind: "git",
      service: expected,
      params: { workspace: "acme", repo_slug: "demo" },
    });
  });
}

for (const [method, target, allowed] of [
  ["GET", "/nothing", []],
  ["GET", "/2.0/nothing/of/the/kind", []],
  ["PUT", "/-/tokens", ["GET"]],
  ["GET", "/acme/demo.git/git-upload-pack", ["POST"]],
  ["GET", "/acme/demo.git/info/refs", []],
  ["GET", "/2.0/repositories/acme/%zz", []],
] as const) {
  test(`${method} ${target} leads to nothing`, () => {
    const found = findDeclared(method, target);
    assert.ok(found.kind === "none");
    for (const each of allowed) assert.ok(found.allowed.includes(each));
    if (allowed.length === 0) assert.deepEqual(found.allowed, []);
  });
}

test("a HEAD is its GET, a slash at the end is none, and segments are decoded", () => {
  const found = findDeclared("HEAD", "/2.0/repositories/%7Bacme%7D/de%2Fmo/");
  assert.ok(found.kind === "route");
  assert.equal(routeName(found.route), "GET /2.0/repositories/{workspace}/{repo_slug}");
  assert.deepEqual(found.params, { workspace: "{acme}", repo_slug: "de/mo" });
});
