import assert from "node:assert/strict";
import { test } from "node:test";
import { fc } from "../../tests/support/fuzzing/seeded-properties.ts";
import { bytesToText, encodeBytes, escapeBytes, hasRawBytes, shownText, textToBytes } from "./byte-text.ts";

test("all bytes have a text of their own, and URLs carry them", () => {
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 30 }),
    fc.string({ unit: "binary" }).map((text) => Buffer.from(text)),
    fc
      .constantFrom("f48fbe80", "f48fbfbf", "eda080", "c0af", "f4908080", "e9", "c3a9e9", "c3")
      .map((hex) => Buffer.from(hex, "hex")),
  );
  fc.assert(
    fc.property(bytes, (each) => {
      const buffer = Buffer.from(each);
      const text = bytesToText(buffer);
      assert.ok(text.isWellFormed());
      assert.deepEqual(textToBytes(text), buffer);
      const url = escapeBytes(`/src/${encodeBytes(text)}`);
      assert.equal(decodeURIComponent(url), `/src/${text}`);
    }),
    { numRuns: 2_000 },
  );
});

test("UTF-8 stays as it is, in texts and in URLs", () => {
  for (const text of [
    "",
    "a/b c",
    "grüße 日本 \u{1f9a3}",
    "\u{fffd}",
    "\u{10fffd}".slice(0, 0),
    "%",
    "\x01\x7f\u0085",
  ]) {
    assert.equal(bytesToText(Buffer.from(text)), text);
    assert.equal(encodeBytes(text), encodeURIComponent(text));
    assert.equal(hasRawBytes(text), false);
  }
  assert.equal(escapeBytes("/a%2Fb/%C3%A9?x=%zz%"), "/a%2Fb/%C3%A9?x=%zz%");
});

test("people are shown U+FFFD", () => {
  assert.equal(shownText(bytesToText(Buffer.from("caf\xe9", "latin1"))), "caf\u{fffd}");
});
