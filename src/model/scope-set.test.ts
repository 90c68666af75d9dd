import assert from "node:assert/strict";
import { test } from "node:test";
import { allOf, compareScopes, type Requirement, type ScopeSet } from "./scope-set.ts";

const PUSH: Requirement = {
  apiTokenScopes: ["write:repository:bitbucket"],
  oauthScopes: ["repository:write"],
};
const FETCH: Requirement = { apiTokenScopes: ["read:repository:bitbucket"], oauthScopes: ["repository"] };
const ISSUES: Requirement = { apiTokenScopes: ["read:issue:bitbucket"], oauthScopes: ["issue"] };

const apiToken = (...granted: Extract<ScopeSet, { vocabulary: "api-token" }>["granted"]): ScopeSet => ({
  vocabulary: "api-token",
  granted,
});
const oauth = (...granted: Extract<ScopeSet, { vocabulary: "oauth" }>["granted"]): ScopeSet => ({
  vocabulary: "oauth",
  granted,
});

for (const [why, requirement, scopes, missing] of [
  ["an API token with the scope", FETCH, apiToken("read:repository:bitbucket"), []],
  [
    "an API token that may write, which implies no reading",
    FETCH,
    apiToken("write:repository:bitbucket"),
    ["read:repository:bitbucket"],
  ],
  ["an API token without a scope", FETCH, apiToken(), ["read:repository:bitbucket"]],
  ["OAuth with the scope", FETCH, oauth("repository"), []],
  ["OAuth that may write, which implies reading", FETCH, oauth("repository:write"), []],
  ["OAuth that may write pull requests, which implies pushing", PUSH, oauth("pullrequest:write"), []],
  ["OAuth that may read pull requests alone", PUSH, oauth("pullrequest"), ["repository:write"]],
  ["OAuth that may administer, which implies nothing", FETCH, oauth("repository:admin"), ["repository"]],
  ["OAuth that may delete, which implies nothing", FETCH, oauth("repository:delete"), ["repository"]],
  ["OAuth that may administer projects", FETCH, oauth("project:admin"), ["repository"]],
  ["OAuth that may read projects", FETCH, oauth("project"), []],
  ["OAuth with issues alone", FETCH, oauth("issue:write"), ["repository"]],
  ["OAuth with one of two scopes", allOf([FETCH, ISSUES]), oauth("repository"), ["issue"]],
  ["a session", allOf([FETCH, PUSH, ISSUES]), { vocabulary: "none" }, []],
] as const) {
  test(`${why} lacks ${missing.join(", ") || "nothing"}`, () => {
    assert.deepEqual(compareScopes(requirement, scopes).missing, missing);
  });
}

test("what is required is told in the words of the credential, each scope once", () => {
  const whole = allOf([FETCH, FETCH, PUSH]);
  assert.deepEqual(compareScopes(whole, oauth()).required, ["repository", "repository:write"]);
  assert.deepEqual(compareScopes(whole, apiToken()).required, [
    "read:repository:bitbucket",
    "write:repository:bitbucket",
  ]);
});
