import assert from "node:assert/strict";
import { test } from "node:test";
import { SCOPES } from "../../model/scope.ts";
import { UsageError } from "../terminal/problem.ts";
import { parseScopes } from "./parse-scopes.ts";

test("takes long and short forms, comma lists, each scope once, and inert ones", () => {
  assert.deepEqual(
    parseScopes(["read:repository, write:repository", "read:repository:bitbucket", "read:me"]),
    ["read:repository:bitbucket", "write:repository:bitbucket", "read:me"],
  );
});

test("all is every scope that opens something", () => {
  assert.deepEqual(parseScopes(["all"]), SCOPES);
  assert.equal(parseScopes(["all", "read:account"]).length, SCOPES.length + 1);
});

for (const [word, nearest] of [
  ["read:repositry", "read:repository"],
  ["write:repository:bitbuket", "write:repository"],
  ["read:pullrequests", "read:pullrequest"],
  ["repository:admin", ""],
  ["*", ""],
  ["", ""],
  ["x".repeat(10_000), ""],
] as const) {
  test(`names the unknown scope ${JSON.stringify(word.slice(0, 40))} and the nearest known ones`, () => {
    assert.throws(
      () => parseScopes(["read:user", word]),
      (error) => {
        assert.ok(error instanceof UsageError);
        assert.match(error.message, /^--scope: unknown scope /);
        assert.ok(error.message.includes(JSON.stringify(word)));
        assert.match(
          error.message,
          nearest === "" ? /did you mean [a-z-]+:[a-z-]+/ : new RegExp(`did you mean ${nearest}`),
        );
        return true;
      },
    );
  });
}

test("names all unknown scopes at once", () => {
  assert.throws(() => parseScopes(["read:one,read:two"]), /"read:one".*"read:two"/);
});
