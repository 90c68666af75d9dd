import assert from "node:assert/strict";
import { test } from "node:test";
import { fc } from "../../../tests/support/fuzzing/seeded-properties.ts";
import { HunkReader, type PatchedFile } from "./hunk-reader.ts";
import { mapLines } from "./map-lines.ts";

/** The files of a patch that comes in pieces of `pieceBytes`. */
function filesOf(patch: string, pieceBytes = patch.length): PatchedFile[] {
  const files: PatchedFile[] = [];
  const reader = new HunkReader((file) => files.push(file));
  const bytes = Buffer.from(patch);
  for (let start = 0; start < bytes.length; start += pieceBytes)
    reader.push(bytes.subarray(start, start + pieceBytes));
  reader.end();
  return files;
}

const HEADER = "diff --git a/f b/f\nindex 1..2 100644\n--- a/f\n+++ b/f\n";
const PATCH =
  `${HEADER}@@ -0,0 +1,2 @@\n+x\n+y\n@@ -3 +5 @@ heading\n-three\n+drei\n` +
  "@@ -5,2 +6,0 @@\n-five\n-six\n@@ -9,0 +10 @@\n+z\n\\ No newline at end of file\n";

for (const [line, expected] of [
  [1, 3],
  [2, 4],
  [3, undefined],
  [4, 6],
  [5, undefined],
  [6, undefined],
  [7, 7],
  [9, 9],
  [10, 11],
] as const) {
  test(`line ${line} is ${expected === undefined ? "changed or removed" : `line ${expected} then`}`, () => {
    const mapped = mapLines(filesOf(PATCH)[0]!.hunks, { first: line, last: line });
    assert.deepEqual(mapped, expected === undefined ? undefined : { first: expected, last: expected });
  });
}

for (const [first, last, expected] of [
  [1, 2, { first: 3, last: 4 }],
  [7, 12, { first: 7, last: 13 }],
  [2, 3, undefined],
  [4, 7, undefined],
  [1, 12, undefined],
] as const) {
  test(`lines ${first} to ${last} are ${JSON.stringify(expected)}`, () =>
    assert.deepEqual(mapLines(filesOf(PATCH)[0]!.hunks, { first, last }), expected));
}

test("contents that look like headers are contents", () => {
  const [file, ...others] = filesOf(
    `${HEADER}@@ -1,3 +1,3 @@\n--- a/other\n-@@ -1 +1 @@\n-diff --git a/x b/x\n+++ b/other\n+@@ -9 +9 @@\n+\n` +
      "@@ -7,0 +8 @@\n+end\n",
  );
  assert.deepEqual(others, []);
  assert.deepEqual(file?.newName, "b/f");
  assert.deepEqual(file?.hunks, [
    { oldFirst: 1, oldEnd: 4, newEnd: 4, removedBefore: 0 },
    { oldFirst: 8, oldEnd: 8, newEnd: 9, removedBefore: 3 },
  ]);
});

test("a patch is read in pieces of any size", () => {
  const patch = PATCH + PATCH.replaceAll("/f", "/a b\t");
  for (let pieceBytes = 1; pieceBytes < 60; pieceBytes += 1)
    assert.deepEqual(filesOf(patch, pieceBytes), filesOf(patch));
});

test("a file counts only when all of it has come", () => {
  const files: PatchedFile[] = [];
  const reader = new HunkReader((file) => files.push(file));
  reader.push(Buffer.from(PATCH));
  assert.deepEqual(files, []);
  reader.push(Buffer.from("diff --git a/g b/g\n"));
  assert.equal(files.length, 1);
});

test("every line is where counting line by line finds it", () => {
  const edit = fc.tuple(fc.nat(3), fc.nat(3), fc.nat(3));
  fc.assert(
    fc.property(fc.array(edit, { maxLength: 8 }), (edits) => {
      let [old, new_] = [1, 1];
      const places = new Map<number, number | undefined>();
      let patch = HEADER;
      for (const [kept, removed, added] of edits) {
        for (let count = 0; count <= kept; count += 1) places.set(old++, new_++);
        if (removed + added === 0) continue;
        const sides = [
          [old, removed],
          [new_, added],
        ].map(([start, lines]) => `${lines === 0 ? start! - 1 : start},${lines}`);
        patch += `@@ -${sides[0]} +${sides[1]} @@\n${"-r\n".repeat(removed)}${"+a\n".repeat(added)}`;
        for (let count = 0; count < removed; count += 1) places.set(old++, undefined);
        new_ += added;
      }
      const hunks = filesOf(patch)[0]?.hunks ?? [];
      for (let first = 1; first < old; first += 1)
        for (let last = first; last < Math.min(old, first + 4); last += 1) {
          const isKept = [...places].every(
            ([line, place]) => line < first || line > last || place !== undefined,
          );
          const expected = isKept ? { first: places.get(first), last: places.get(last) } : undefined;
          assert.deepEqual(mapLines(hunks, { first, last }), expected);
        }
    }),
  );
});
