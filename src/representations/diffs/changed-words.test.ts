import assert from "node:assert/strict";
import { test } from "node:test";
import { fc } from "../../../tests/support/fuzzing/seeded-properties.ts";
import { findChangedWords, type TextRange } from "./changed-words.ts";

function marked(text: string, ranges: readonly TextRange[]): string {
  return ranges
    .toReversed()
    .reduce(
      (all, { start, end }) => `${all.slice(0, start)}[${all.slice(start, end)}]${all.slice(end)}`,
      text,
    );
}

for (const [old, new_, oldMarked, newMarked] of [
  ["const a = 1;", "const b = 1;", "const [a] = 1;", "const [b] = 1;"],
  ["same", "same", "same", "same"],
  [
    'if (status === 429) throw new Error("slow");',
    "if (status === 429) {",
    'if (status === 429) [throw new Error("slow");]',
    "if (status === 429) [{]",
  ],
  ["the cat sat down", "the dog lay down", "the [cat sat] down", "the [dog lay] down"],
  ["変更を保存しました", "変更を破棄しました", "変更を[保存]しました", "変更を[破棄]しました"],
  ["a b", "a  b", "a[ ]b", "a[  ]b"],
] as const)
  test(`${old} → ${new_}`, () => {
    const words = findChangedWords(old, new_);
    assert.ok(words !== undefined);
    assert.equal(marked(old, words.old), oldMarked);
    assert.equal(marked(new_, words.new), newMarked);
  });

for (const [why, old, new_] of [
  ["nothing in common", "alpha beta", "gamma delta"],
  ["little in common", "}", "  return await everything(of, it);}"],
  ["long lines", `${"a ".repeat(501)}b`, `${"a ".repeat(501)}c`],
  ["more changes than are looked for", "a ".repeat(400), "b ".repeat(400)],
  ["empty lines", "", ""],
] as const)
  test(`marks nothing in ${why}`, () => assert.equal(findChangedWords(old, new_), undefined));

test("what is not marked is the same in both", () => {
  const word = fc.constantFrom("a", "b", "ab", " ", "  ", "(", "é", "文", "字", "\u{1f600}");
  const line = fc.array(word, { maxLength: 40 }).map((words) => words.join(""));
  const unmarked = (text: string, ranges: readonly TextRange[]) =>
    ranges.toReversed().reduce((all, { start, end }) => all.slice(0, start) + all.slice(end), text);
  fc.assert(
    fc.property(line, line, (old, new_) => {
      const words = findChangedWords(old, new_);
      if (words === undefined) return;
      const squeezed = (text: string) => text.replace(/\s+/g, "");
      assert.equal(squeezed(unmarked(old, words.old)), squeezed(unmarked(new_, words.new)));
    }),
  );
});
