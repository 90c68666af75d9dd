import assert from "node:assert/strict";
import { test } from "node:test";
import { fc } from "../../../tests/support/fuzzing/seeded-properties.ts";
import { prefixMatcher } from "./ls-refs.ts";

test("finds what begins with any of the prefixes, and nothing else", () => {
  const text = fc.string({ unit: fc.constantFrom("a", "b", "/", "é", "😀"), maxLength: 6 });
  fc.assert(
    fc.property(fc.array(text, { maxLength: 8 }), text, (prefixes, name) => {
      const isAsked = prefixes.length === 0 || prefixes.some((prefix) => name.startsWith(prefix));
      assert.equal(prefixMatcher(prefixes)(name), isAsked);
    }),
  );
});
