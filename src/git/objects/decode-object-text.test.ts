import assert from "node:assert/strict";
import { test } from "node:test";
import { TextDecoder } from "node:util";
import { fc } from "../../../tests/support/fuzzing/seeded-properties.ts";
import { decodeObjectText } from "./decode-object-text.ts";

const utf8 = new TextDecoder("utf-8", { ignoreBOM: true });
const parts = fc.oneof(
  fc.uint8Array({ maxLength: 12 }),
  fc.string({ unit: "binary" }).map((text) => Buffer.from(text)),
  fc
    .constantFrom("\xef\xbb\xbf", "\xed\xa0\x80", "\xf0\x9f\x98", "\xc0\x80", "encoding", "\n\n")
    .map((bytes) => Buffer.from(bytes, "latin1")),
);

test("what tells no encoding is UTF-8, whatever bytes it has", () => {
  fc.assert(
    fc.property(fc.array(parts), (all) => {
      const content = Buffer.concat(all);
      fc.pre(!content.includes("encoding "));
      assert.equal(decodeObjectText(content), utf8.decode(content));
    }),
    { numRuns: 2000 },
  );
});

test("an encoding is told by a header alone, be it the first one", () => {
  for (const [text, decoded] of [
    ["encoding latin1\nx \xe9\n\nm", "encoding latin1\nx \xe9\n\nm"],
    ["x encoding latin1\n\xe9\n\nm", "x encoding latin1\n\ufffd\n\nm"],
    ["\n\nencoding latin1\n\xe9", "\n\nencoding latin1\n\ufffd"],
  ] as const)
    assert.equal(decodeObjectText(Buffer.from(text, "latin1")), decoded);
});
