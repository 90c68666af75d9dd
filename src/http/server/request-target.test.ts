import assert from "node:assert/strict";
import { test } from "node:test";
import { readRequestTarget } from "./request-target.ts";

const OWN = { names: ["bitbucket.org", "api.bitbucket.org"], port: 8080 };

for (const [target, host, path, scheme] of [
  ["/acme/demo.git/info/refs?service=x", undefined, "/acme/demo.git/info/refs?service=x"],
  ["//evil.example/x", undefined, "//evil.example/x"],
  ["http://bitbucket.org/acme/demo.git", "bitbucket.org", "/acme/demo.git", "http"],
  ["HTTP://API.Bitbucket.org/2.0/user", "api.bitbucket.org", "/2.0/user", "http"],
  ["http://bitbucket.org", "bitbucket.org", "/", "http"],
  ["http://bitbucket.org?a=b", "bitbucket.org", "/?a=b", "http"],
  ["https://api.bitbucket.org:443/2.0/user", "api.bitbucket.org", "/2.0/user", "https"],
  ["http://bitbucket.org:7990/x", "bitbucket.org:7990", "/x", "http"],
  ["http://name:secret@bitbucket.org/x", "bitbucket.org", "/x", "http"],
  ["http://bitbucket.org/a/../b/%2e%2e", "bitbucket.org", "/a/../b/%2e%2e", "http"],
  ["http://127.0.0.1:8080/x", "127.0.0.1:8080", "/x", "http"],
  ["http://localhost:8080/x", "localhost:8080", "/x", "http"],
] as const) {
  test(`${target} is for here`, () => {
    assert.deepEqual(readRequestTarget(target, OWN), { kind: "here", pathAndQuery: path, host, scheme });
  });
}

for (const target of [
  "http://example.com/x",
  "http://bitbucket.org.example.com/x",
  "http://bitbucket.org@example.com/x",
  "http://example.com/http://bitbucket.org/",
  "http://127.0.0.1:8081/x",
  "http://127.0.0.1/x",
  "http://127.0.0.2:8080/x",
  "ftp://bitbucket.org/x",
  "bitbucket.org:443",
  "*",
  "http://",
]) {
  test(`${target} is for elsewhere`, () => {
    assert.equal(readRequestTarget(target, OWN).kind, "elsewhere");
  });
}
