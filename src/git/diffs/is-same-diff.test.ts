import assert from "node:assert/strict";
import { test } from "node:test";
import { digestPatch } from "./is-same-diff.ts";

/** In pieces of so many bytes. */
async function* pieces(text: string, length: number): AsyncGenerator<Buffer> {
  const bytes = Buffer.from(text);
  for (let start = 0; start < bytes.length; start += length) yield bytes.subarray(start, start + length);
}

const digest = (text: string, length = text.length + 1) => digestPatch(pieces(text, length));

const PATCH = `diff --git a/a b/a
index 1111111..2222222 100644
--- a/a
+++ b/a
@@ -1,3 +1,3 @@ before
 same
-index old
+@@ new
`;

test("a patch elsewhere in the file, of other blobs, is the same", async () => {
  const elsewhere = PATCH.replace("1111111..2222222", "333..444").replace(
    "@@ -1,3 +1,3 @@ before",
    "@@ -9,3 +9,3 @@ x",
  );
  assert.equal(await digest(elsewhere), await digest(PATCH));
});

test("a patch is the same in whatever pieces it comes", async () => {
  for (const length of [1, 2, 3, 5, 7, 64])
    assert.equal(await digest(PATCH, length), await digest(PATCH), String(length));
});

for (const [what, changed] of [
  ["another line", PATCH.replace("+@@ new", "+@@ newer")],
  ["another line of context", PATCH.replace(" same", " other")],
  ["white space", PATCH.replace("+@@ new", "+@@  new")],
  ["another path", PATCH.replaceAll("b/a", "b/b")],
  ["another hunk", `${PATCH}@@ -20 +20 @@\n`],
  ["less", PATCH.slice(0, -1)],
  ["nothing", ""],
] as const)
  test(`${what} is another patch`, async () => {
    assert.notEqual(await digest(changed), await digest(PATCH));
    assert.notEqual(await digest(changed, 3), await digest(PATCH));
  });
