import assert from "node:assert/strict";
import { test } from "node:test";
import { fc } from "../../tests/support/fuzzing/seeded-properties.ts";
import { JsonWriter } from "./json-writer.ts";

test("what is written is all there, however much it is, and in no other's memory", () => {
  const part = fc.oneof(
    fc.string({ unit: "grapheme" }),
    fc.constantFrom("x".repeat(200_000), "\u20ac".repeat(100_000)),
  );
  fc.assert(
    fc.property(fc.array(part, { maxLength: 6 }), fc.array(part, { maxLength: 6 }), (first, second) => {
      const written = [first, second].map((parts) => {
        const writer = new JsonWriter();
        for (const [index, text] of parts.entries()) {
          if (index % 2 === 0) writer.write(text);
          else writer.writeBytes(Buffer.from(text));
        }
        return writer.finish();
      });
      assert.deepEqual(
        written.map((bytes) => bytes.toString()),
        [first.join(""), second.join("")],
      );
      // What is kept for others counts its length as its memory.
      for (const bytes of written) assert.ok(bytes.length < 4096 || bytes.buffer.byteLength === bytes.length);
    }),
    { numRuns: 200 },
  );
});

test("two that are open at a time do not meet", () => {
  const [one, other] = [new JsonWriter(), new JsonWriter()];
  one.write("1");
  other.write("2");
  one.write("1");
  assert.deepEqual([one.finish().toString(), other.finish().toString()], ["11", "2"]);
});
