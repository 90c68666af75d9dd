import assert from "node:assert/strict";
import { test } from "node:test";
import { matchesPattern, mayMeet, parseRoutePattern, type RoutePattern } from "./route-pattern.ts";

function parse(text: string): RoutePattern {
  const pattern = parseRoutePattern(text);
  assert.ok(typeof pattern !== "string", String(pattern));
  return pattern;
}

for (const [pattern, target, isMatch] of [
  ["/2.0/user", "/2.0/user", true],
  ["/2.0/user", "/2.0/user?fields=uuid", true],
  ["/2.0/user", "/2.0/user/", true],
  ["/2.0/user", "/2.0/users", false],
  ["/2.0/user", "/2.0/user/emails", false],
  ["/2.0/repositories/{workspace}/{repo_slug}", "/2.0/repositories/acme/demo", true],
  ["/2.0/repositories/{workspace}/{repo_slug}", "/2.0/repositories/acme/demo/refs", false],
  ["/2.0/repositories/*/demo", "/2.0/repositories/acme/demo", true],
  ["/2.0/repositories/*/demo", "/2.0/repositories//demo", false],
  ["/2.0/repositories/a%20b/demo", "/2.0/repositories/a b/demo", true],
  ["/2.0/repositories/{w}/x", "/2.0/repositories/%7Babc%7D/x", true],
  ["/{workspace}/{repo}.git/git-upload-pack", "/acme/demo.git/git-upload-pack", true],
  ["/{workspace}/{repo}.git/git-upload-pack", "/acme/demo/git-upload-pack", false],
  ["/{workspace}/{repo}.git/git-upload-pack", "/acme/.git/git-upload-pack", false],
  ["/2.0/**", "/2.0/repositories/acme/demo/src/main/a/b", true],
  ["/2.0/**/commits", "/2.0/repositories/acme/demo/commits", true],
  ["/2.0/**/commits", "/2.0/commits", true],
  ["/2.0/**/commits", "/2.0/commit", false],
  ["**", "/anything/at/all", true],
  ["/**", "/", true],
] as const)
  test(`${pattern} ${isMatch ? "fits" : "does not fit"} ${target}`, () =>
    assert.equal(matchesPattern(parse(pattern), target), isMatch));

for (const [pattern, url, isPossible] of [
  ["/2.0/user", "/2.0/user", true],
  ["/2.0/usr", "/2.0/user", false],
  ["/2.0/usr", "/:workspace/:repo_slug", false],
  ["/acme/demo", "/:workspace/:repo_slug", true],
  ["/2.0/repositories/acme/{any}", "/2.0/repositories/:workspace/:repo_slug", true],
  ["/{workspace}/{repo}.git/git-upload-pack", "/:workspace/:repo_slug/git-upload-pack", true],
  ["/{workspace}/{repo}.git/git-uploadpack", "/:workspace/:repo_slug/git-upload-pack", false],
  ["/2.0/repositories/acme/demo/src/main/a/b", "/2.0/repositories/:w/:r/src/:commit/*", true],
  ["/2.0/repositories/{w}/{r}/src/{commit}/{path}", "/2.0/repositories/:w/:r/src/:commit/*", true],
  ["/2.0/**", "/2.0/user", true],
  ["/2.0/**/nothing", "/2.0/user", false],
  ["/2.0/**/b", "/2.0/repositories/:w/:r/src/:commit/*", true],
  ["**", "/2.0/user", true],
] as const)
  test(`${pattern} ${isPossible ? "may meet" : "never meets"} the route ${url}`, () =>
    assert.equal(mayMeet(parse(pattern), url), isPossible));

for (const text of ["", "2.0/user", "/2.0/user?q=1", "/a/{b}{c}", "/**/a/**", `/${"a".repeat(1_000)}`])
  test(`${JSON.stringify(text.slice(0, 20))} is no pattern`, () =>
    assert.equal(typeof parseRoutePattern(text), "string"));
