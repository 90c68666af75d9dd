import assert from "node:assert/strict";
import { test } from "node:test";
import { textLength } from "./text-length.ts";

for (const text of [
  "",
  "a",
  "é",
  "e\u0301",
  "\u{1f600}",
  "a\u{1f600}b\u{1f600}",
  "\u{1f468}\u200d\u{1f469}",
  "\ud800",
  "x\udc00",
]) {
  test(`${JSON.stringify(text)} has as many code points as a walk over it finds`, () => {
    assert.equal(textLength(text), [...text].length);
  });
}
