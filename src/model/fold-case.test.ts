import assert from "node:assert/strict";
import { test } from "node:test";
import { foldCase, foldedLetters } from "./fold-case.ts";

for (const [a, b] of [
  ["ÉCOLE Ünïcode", "école üNÏCODE"],
  ["ПРИВЕТ", "привет"],
  ["ΟΔΟΣ", "οδος"],
  ["ΟΔΟΣ", "οδοσ"],
  ["\u{10400}", "\u{10428}"],
  ["\u{1e900}", "\u{1e922}"],
  ["K (kelvin)", "\u212a (kelvin)"],
  ["ẞ", "ß"],
  ["Ǆ", "ǅ"],
  ["Ⅷ", "ⅷ"],
  ["Ａ", "ａ"],
] as const) {
  test(`${a} and ${b} are alike`, () => {
    assert.equal(foldCase(a), foldCase(b));
    assert.equal(foldCase(foldCase(a)), foldCase(a));
  });
}

test("what is not alike but for its case stays apart", () => {
  for (const [a, b] of [
    ["é", "e"],
    ["ı", "i"],
    ["ß", "ss"],
    ["日本", "日木"],
    ["\u{1f9a3}", "\u{1f9a4}"],
  ] as const)
    assert.notEqual(foldCase(a), foldCase(b));
});

test("each letter has its counterpart in the same place, of one code point", () => {
  const { from, to } = foldedLetters();
  assert.equal([...from].length, [...to].length);
  assert.ok([...from].length > 1_400);
  assert.equal(new Set(from).size, [...from].length);
  assert.equal([...from].map(foldCase).join(""), to);
});
