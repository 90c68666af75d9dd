import assert from "node:assert/strict";
import { test } from "node:test";
import { OAUTH_SCOPES, type OauthScope, withImplied } from "./oauth-scope.ts";

/** Contract, auth-beyond-tokens.md §1.7, with what follows from it by more than one step. */
const IMPLIED: Partial<Record<OauthScope, readonly OauthScope[]>> = {
  project: ["repository"],
  "project:write": ["project", "project:admin", "repository"],
  "repository:write": ["repository"],
  pullrequest: ["repository"],
  "pullrequest:write": ["pullrequest", "repository", "repository:write"],
  "issue:write": ["issue"],
  "snippet:write": ["snippet"],
};

for (const scope of OAUTH_SCOPES) {
  const implied = IMPLIED[scope] ?? [];
  test(`${scope} implies ${implied.join(", ") || "nothing"}`, () => {
    assert.deepEqual([...withImplied([scope])].sort(), [scope, ...implied].sort());
  });
}

test("several scopes imply what each of them does", () => {
  const all = withImplied(["webhook", "issue:write", "pullrequest"]);
  assert.deepEqual([...all].sort(), ["issue", "issue:write", "pullrequest", "repository", "webhook"]);
  assert.deepEqual([...withImplied([])], []);
});
