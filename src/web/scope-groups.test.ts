import assert from "node:assert/strict";
import { test } from "node:test";
import { describeScopes } from "../cli/token/describe-scopes.ts";
import { INERT_SCOPES, PAIL_SCOPES, SCOPES } from "../model/scope.ts";
import { scopeTexts } from "./catalogue/scopes.ts";
import {
  findScopes,
  isInert,
  missingDeeds,
  SCOPE_GROUPS,
  SCOPE_PRESETS,
  UNSERVED_SCOPES,
} from "./scope-groups.ts";

test("each scope is in one group, and those that open nothing in the last", () => {
  const grouped = SCOPE_GROUPS.flatMap(({ scopes }) => scopes);
  assert.deepEqual(grouped.toSorted(), [...SCOPES, ...PAIL_SCOPES, ...INERT_SCOPES].toSorted());
  assert.deepEqual(SCOPE_GROUPS.at(-1)?.scopes, INERT_SCOPES);
  assert.deepEqual(
    SCOPE_GROUPS.filter(({ isFolded }) => !isFolded).map(({ id }) => id),
    ["repositories", "pullRequests", "webhooks", "workspaces"],
  );
});

test("what a page says to open nothing is what the routes say", () => {
  const unopened = describeScopes()
    .filter(({ scope, opens_something }) => !isInert(scope) && !opens_something)
    .map(({ scope }) => scope);
  assert.deepEqual(UNSERVED_SCOPES.toSorted(), unopened.toSorted());
});

for (const [question, found] of [
  ["push", ["write:repository:bitbucket"]],
  ["プッシュ", ["write:repository:bitbucket"]],
  ["merge", ["write:pullrequest:bitbucket"]],
  ["マージ", ["write:pullrequest:bitbucket"]],
  ["CLONE", ["read:repository:bitbucket"]],
  ["ｃｌｏｎｅ", ["read:repository:bitbucket"]],
  ["webhook delete", ["delete:webhook:bitbucket"]],
  ["read:me", ["read:me"]],
  ["nothing of the kind", []],
] as const) {
  test(`the question ${question} finds ${found.join(", ") || "nothing"}`, () => {
    assert.deepEqual([...findScopes(question)], found);
  });
}

test("an empty question finds all", () => {
  assert.equal(findScopes(" ").size, SCOPES.length + PAIL_SCOPES.length + INERT_SCOPES.length);
});

test("a token for everything lacks nothing, and one to clone may not push, merge or delete", () => {
  assert.deepEqual(missingDeeds(SCOPES), []);
  const missing = missingDeeds(SCOPE_PRESETS.clone).map(({ en }) => en);
  for (const deed of ["Push", "Merge pull requests", "Delete anything"]) assert.ok(missing.includes(deed));
  assert.ok(!missing.includes("Clone or read repositories"));
});

test("every scope says what it does not include, in both languages", () => {
  for (const { opens, excludes } of Object.values(scopeTexts)) {
    assert.match(String(opens.en), /\.$/);
    assert.match(String(excludes.en), /\.$/);
    assert.doesNotMatch(opens.ja + excludes.ja, /。$/);
  }
});
