import assert from "node:assert/strict";
import { test } from "node:test";
import { parseHostAndPort, writeHostAndPort } from "./host-and-port.ts";

for (const [text, host, port] of [
  ["bitbucket.org:443", "bitbucket.org", 443],
  ["API.Bitbucket.org.:80", "api.bitbucket.org", 80],
  ["127.0.0.1:1", "127.0.0.1", 1],
  ["[::1]:65535", "::1", 65_535],
] as const) {
  test(`${text} is a host and a port`, () => {
    assert.deepEqual(parseHostAndPort(text), { host, port });
    assert.deepEqual(parseHostAndPort(writeHostAndPort({ host, port })), { host, port });
  });
}

for (const text of [
  "bitbucket.org",
  "bitbucket.org:",
  "bitbucket.org:0",
  "bitbucket.org:65536",
  ":443",
  ".:443",
  "a b:443",
  "user@bitbucket.org:443",
  "http://bitbucket.org:443",
  "::1:443",
  `${"a".repeat(254)}:443`,
]) {
  test(`${text.slice(0, 30)} is none`, () => {
    assert.equal(parseHostAndPort(text), undefined);
  });
}
