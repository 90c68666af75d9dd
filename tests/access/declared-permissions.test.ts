import assert from "node:assert/strict";
import { test } from "node:test";
import type { Route } from "../../src/http/routes/route.ts";
import type { Scope } from "../../src/model/scope.ts";
import { ALL_ROUTES } from "../support/examples/all-routes.ts";
import { routeName } from "../support/examples/route-examples.ts";

/**
 * The other tests of access take the permission of a route from its declaration. Here it is held against its scopes, which
 * are those of the reference: a declaration with a lower permission than before is noticed.
 */
const RANKS = ["see", "read", "belong", "write", "create-repo", "create-repository", "admin", "own"] as const;
type Asked = (typeof RANKS)[number];

/** The lowest permission with which a route that asks for the scope lets anybody in. */
const LEAST: Partial<Record<Scope, Asked>> = {
  "write:repository:bitbucket": "write",
  "delete:repository:bitbucket": "admin",
  "admin:repository:bitbucket": "admin",
  "admin:project:bitbucket": "admin",
  "write:permission:bitbucket": "admin",
  "delete:permission:bitbucket": "admin",
  "write:webhook:bitbucket": "admin",
  "delete:webhook:bitbucket": "admin",
};

/** Routes for which less is enough: whoever may read approves a commit, and forks into a place of their own. */
const LESS: Readonly<Record<string, Asked>> = {
  "POST /2.0/repositories/{workspace}/{repo_slug}/commit/{commit}/approve": "read",
  "DELETE /2.0/repositories/{workspace}/{repo_slug}/commit/{commit}/approve": "read",
  "POST /2.0/repositories/{workspace}/{repo_slug}/forks": "read",
};

function permissionOf(route: Route): Asked | undefined {
  return "permission" in route ? route.permission : undefined;
}

const least = (route: Route) =>
  LESS[routeName(route)] ??
  route.apiTokenScopes
    .flatMap((scope) => LEAST[scope] ?? [])
    .toSorted((one, other) => RANKS.indexOf(other) - RANKS.indexOf(one))[0];

for (const route of ALL_ROUTES) {
  const [declared, expected] = [permissionOf(route), least(route)];
  if (declared === undefined || expected === undefined) continue;
  test(`${routeName(route)} needs ${expected} at least`, () =>
    assert.ok(RANKS.indexOf(declared) >= RANKS.indexOf(expected), `it is declared with ${declared}`));
}

test("each route for which less is enough is there", () => {
  const names = new Set(ALL_ROUTES.map(routeName));
  for (const name of Object.keys(LESS)) assert.ok(names.has(name), name);
});
