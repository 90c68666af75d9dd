import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

test("no entry of the changelog is there twice, as a merge may leave it", () => {
  const text = readFileSync(join(import.meta.dirname, "..", "..", "CHANGELOG.md"), "utf8");
  const titles = [...text.matchAll(/^\* (.{1,60})/gm)].map(([, title]) => title!);
  assert.deepEqual(
    titles.filter((title, index) => titles.indexOf(title) !== index),
    [],
  );
});
