import assert from "node:assert/strict";
import { Readable } from "node:stream";
import { test } from "node:test";
import { fc } from "../../../tests/support/fuzzing/seeded-properties.ts";
import { type DiffRow, LINE_BYTES_MAX, readPatch } from "./read-patch.ts";

const ALL = { rowsSkipped: 0, rowsPerFileMax: 1_000_000, rowsMax: 1_000_000 };

function patchOf(rows: number, name = "a"): string {
  const lines = Array.from({ length: rows }, (_, index) => `+line ${index + 1}\n`).join("");
  return `diff --git a/${name} b/${name}\nnew file mode 100644\n--- /dev/null\n+++ b/${name}\n@@ -0,0 +1,${rows} @@\n${lines}`;
}

function read(text: string | Buffer, limits = ALL) {
  return readPatch(Readable.from([Buffer.from(text)]), limits);
}

const sign = { context: " ", added: "+", removed: "-" };

function printed({ kind, text, lacksLineEnd }: DiffRow): string {
  return `${sign[kind]}${text}\n${lacksLineEnd ? "\\ No newline at end of file\n" : ""}`;
}

test("reads numbers, kinds and headings", async () => {
  const patch = [
    "diff --git a/x b/x",
    "index 1..2 100644",
    "--- a/x",
    "+++ b/x",
    "@@ -3,4 +3,4 @@ function f() {",
    " a",
    "-b",
    "--- a/y",
    "+++ b/y",
    "+c\r",
    " ",
    "\\ No newline at end of file",
    "diff --git a/y b/y",
    "old mode 100644",
    "new mode 100755",
    "",
  ].join("\n");
  const [x, y, ...more] = await read(patch);
  assert.deepEqual(more, []);
  assert.deepEqual(y, { header: "diff --git a/y b/y", hunks: [], hasMoreRows: false });
  const row = { isCut: false, lacksLineEnd: false };
  assert.deepEqual(x, {
    header: "diff --git a/x b/x",
    hasMoreRows: false,
    hunks: [
      {
        oldStart: 3,
        oldCount: 4,
        newStart: 3,
        newCount: 4,
        heading: "function f() {",
        rows: [
          { ...row, kind: "context", oldLine: 3, newLine: 3, text: "a" },
          { ...row, kind: "removed", oldLine: 4, newLine: undefined, text: "b" },
          { ...row, kind: "removed", oldLine: 5, newLine: undefined, text: "-- a/y" },
          { ...row, kind: "added", oldLine: undefined, newLine: 4, text: "++ b/y" },
          { ...row, kind: "added", oldLine: undefined, newLine: 5, text: "c\r" },
          { ...row, kind: "context", oldLine: 6, newLine: 6, text: "", lacksLineEnd: true },
        ],
      },
    ],
  });
});

for (const [why, limits, taken, hasMoreRows] of [
  ["as many as are allowed", { ...ALL, rowsPerFileMax: 5 }, [1, 2, 3, 4, 5], true],
  ["exactly all", { ...ALL, rowsPerFileMax: 9 }, [1, 2, 3, 4, 5, 6, 7, 8, 9], false],
  ["exactly all of the page", { ...ALL, rowsMax: 9 }, [1, 2, 3, 4, 5, 6, 7, 8, 9], false],
  ["one less than all of the page", { ...ALL, rowsMax: 8 }, [1, 2, 3, 4, 5, 6, 7, 8], true],
  ["from a row on", { ...ALL, rowsSkipped: 3, rowsPerFileMax: 2 }, [4, 5], true],
  ["the last", { ...ALL, rowsSkipped: 8, rowsPerFileMax: 2 }, [9], false],
  ["behind the last", { ...ALL, rowsSkipped: 9 }, [], false],
] as const)
  test(`takes ${why}`, async () => {
    const [file] = await read(patchOf(9), limits);
    assert.deepEqual(
      file!.hunks.flatMap(({ rows }) => rows).map(({ newLine }) => newLine),
      taken,
    );
    assert.equal(file!.hasMoreRows, hasMoreRows);
  });

test("a file behind the limit of its page has no rows, and no more is read", async () => {
  let isDestroyed = false;
  async function* endless() {
    try {
      yield Buffer.from(patchOf(3, "a"));
      for (let number = 0; ; number += 1) yield Buffer.from(patchOf(3, `b${number}`));
    } finally {
      isDestroyed = true;
    }
  }
  const files = await readPatch(Readable.from(endless()), { ...ALL, rowsMax: 3 });
  assert.deepEqual(
    files.map(({ hunks, hasMoreRows }) => [hunks.length, hasMoreRows]),
    [
      [1, false],
      [0, true],
    ],
  );
  assert.ok(isDestroyed);
});

test("cuts long lines between characters", async () => {
  for (const length of [LINE_BYTES_MAX - 2, LINE_BYTES_MAX - 1, LINE_BYTES_MAX]) {
    const line = `${"x".repeat(length)}é\u{1f600}`;
    const [file] = await read(`diff --git a/a b/a\n@@ -1 +1 @@\n-${line}\n+short\n`);
    const [cut, short] = file!.hunks[0]!.rows;
    assert.ok(
      cut!.isCut && line.startsWith(cut!.text) && cut!.text.length >= length - 1,
      cut!.text.slice(-5),
    );
    assert.ok(!cut!.text.includes("\u{fffd}") && Buffer.byteLength(cut!.text) <= LINE_BYTES_MAX);
    assert.equal(short!.text, "short");
  }
});

test("bytes that are no text come through", async () => {
  const [file] = await read(Buffer.from("diff --git a/a b/a\n@@ -0,0 +1 @@\n+\xff\xe9\n", "latin1"));
  assert.equal(file!.hunks[0]!.rows[0]!.text, "\u{10ffff}\u{10ffe9}");
});

test("however the patch is cut into pieces, it is read the same, and printed again it is the same", async () => {
  const line = fc.constantFrom(
    "a",
    "",
    "-- a/x",
    "++ b/x",
    "@@ -1 +1 @@",
    "diff --git a/x b/x",
    "\\ no",
    "ü",
  );
  const rows = fc.array(fc.tuple(fc.constantFrom(" ", "+", "-"), line), { minLength: 1, maxLength: 20 });
  await fc.assert(
    fc.asyncProperty(
      fc.array(rows, { maxLength: 4 }),
      fc.integer({ min: 1, max: 40 }),
      async (hunks, size) => {
        const parts = hunks.map((hunk) => {
          const counts = [" -", " +"].map((signs) => hunk.filter(([first]) => signs.includes(first)).length);
          return `@@ -1,${counts[0]} +1,${counts[1]} @@\n${hunk.map(([first, text]) => `${first}${text}\n`).join("")}`;
        });
        const text = `diff --git a/x b/x\n--- a/x\n+++ b/x\n${parts.join("")}`;
        const bytes = Buffer.from(text);
        const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
          bytes.subarray(index * size, (index + 1) * size),
        );
        const [file] = await readPatch(Readable.from(pieces), ALL);
        const again = file!.hunks.map(
          ({ oldStart, oldCount, newStart, newCount, rows: read }) =>
            `@@ -${oldStart},${oldCount} +${newStart},${newCount} @@\n${read.map(printed).join("")}`,
        );
        assert.deepEqual(again, parts);
      },
    ),
  );
});
