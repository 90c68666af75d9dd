import assert from "node:assert/strict";
import { test } from "node:test";
import { parseRequest } from "./explain.ts";

for (const [text, method, target] of [
  ["POST /2.0/repositories/acme/demo/forks", "POST", "/2.0/repositories/acme/demo/forks"],
  ["  delete   /-/tokens/self ", "DELETE", "/-/tokens/self"],
  ["/2.0/user", "GET", "/2.0/user"],
  ["GET https://git.example.com/2.0/user?fields=uuid", "GET", "/2.0/user?fields=uuid"],
  ["git push acme/demo", "POST", "/acme/demo.git/git-receive-pack"],
  ["git clone acme/demo.git", "POST", "/acme/demo.git/git-upload-pack"],
  ["git fetch acme/demo", "POST", "/acme/demo.git/git-upload-pack"],
] as const) {
  test(`${JSON.stringify(text)} is ${method} ${target}`, () => {
    assert.deepEqual(parseRequest(text), { method, target });
  });
}

for (const text of [
  "",
  "POST",
  "user",
  "git push",
  "git status acme/demo",
  "GET user",
  "GET /2.0/user now",
]) {
  test(`${JSON.stringify(text)} is no request`, () => {
    assert.equal(parseRequest(text), undefined);
  });
}
