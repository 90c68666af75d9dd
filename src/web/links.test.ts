import assert from "node:assert/strict";
import { test } from "node:test";
import { bytesToText, escapeBytes } from "../model/byte-text.ts";
import { filePathParts, pathPart } from "./links.ts";

for (const [what, text, path] of [
  ["a name with a slash", "feature/x", "feature%2Fx"],
  ["a name of dots", "..", "%2E%2E"],
  ["what has a meaning in an address", "a?b#c%d", "a%3Fb%23c%25d"],
  ["letters of any script", "日本", "%E6%97%A5%E6%9C%AC"],
  ["bytes that are no UTF-8", bytesToText(Buffer.of(0xe9, 0x2e, 0xff)), "%E9.%FF"],
] as const)
  test(`encodes ${what}, so that the server reads the same`, () => {
    assert.equal(pathPart(text), path);
    assert.equal(decodeURIComponent(escapeBytes(path)), text);
  });

test("keeps the slashes of a file's path", () => {
  assert.equal(filePathParts("a b/../c"), "a%20b/%2E%2E/c");
});
