import assert from "node:assert/strict";
import { test } from "node:test";
import { isLoopback, parseBaseUrl, parseByteCount, parseHost, parsePort } from "./parse-setting.ts";

for (const [text, bytes] of [
  ["1", 1],
  ["1KiB", 1024],
  ["3 mib", 3 * 1024 ** 2],
  ["4GiB", 4 * 1024 ** 3],
  ["0", undefined],
  ["1.5GiB", undefined],
  ["4GB", undefined],
  ["-1", undefined],
  ["", undefined],
  ["999999999999999GiB", undefined],
] as const) {
  test(`${JSON.stringify(text)} is ${bytes ?? "no number of"} bytes`, () =>
    assert.equal(parseByteCount(text), bytes));
}

for (const [text, port] of [
  ["0", 0],
  ["65535", 65_535],
  ["65536", undefined],
  ["1e3", undefined],
  [" 80", undefined],
] as const) {
  test(`${JSON.stringify(text)} is ${port ?? "no"} port`, () => assert.equal(parsePort(text), port));
}

test("a host is an address or a name", () => {
  for (const host of ["localhost", "0.0.0.0", "::", "git.example.com", "a", "x".repeat(63)]) {
    assert.equal(parseHost(host), host);
  }
  for (const text of [
    "",
    "a..b",
    "a_b",
    "-a",
    "a-",
    "x".repeat(64),
    "a:80",
    "[::1]",
    `${"a.".repeat(127)}a`,
  ]) {
    assert.equal(parseHost(text), undefined, text);
  }
});

test("only this machine reaches a loopback address", () => {
  for (const host of ["localhost", "127.0.0.1", "127.1.2.3", "::1"])
    assert.equal(isLoopback(host), true, host);
  for (const host of ["0.0.0.0", "::", "127.example.com", "192.168.0.1"])
    assert.equal(isLoopback(host), false, host);
});

test("a base URL has an origin and, where one is named, a path", () => {
  assert.equal(parseBaseUrl("https://Git.Example.com:8443/"), "https://git.example.com:8443");
  assert.equal(parseBaseUrl("http://x/2.0/", "/2.0"), "http://x");
  assert.equal(parseBaseUrl("http://x", "/2.0"), "http://x");
  for (const text of ["x", "http://", "http://x/a", "http://x/#", "http://x?", "http://u@x", "file:///x"]) {
    assert.equal(parseBaseUrl(text), undefined, text);
  }
});
