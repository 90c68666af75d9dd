import assert from "node:assert/strict";
import { chmod, rename, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { before, test } from "node:test";
import { openRandom } from "../../../tests/support/fuzzing/random.ts";
import { startFilledApp } from "../../../tests/support/server/filled-app.ts";
import type { DiffRow } from "../../git/diffs/read-patch.ts";
import { type ComparedCommits, getComparedCommits, getDiffSides } from "./diffs.ts";
import { type DiffPage, type DiffPageLimits, type DiffPageRequest, readDiffPage } from "./file-diffs.ts";

/** What real git prints is the oracle, over a history with odd names, renames, modes, links, submodules and binary files. */
const filled = await startFilledApp();
const { app, git, folder } = filled;
const commits: string[] = [];

const NAMES = [
  "a.txt",
  "b c.txt",
  "folder/d.txt",
  'qu"ote\\.txt',
  "ä/ö.txt",
  "new\nline",
  "tab\t.txt",
  "-n",
  "a b/x",
];
const WORDS = [
  "one",
  "two",
  "  three",
  "four\r",
  "five ",
  "",
  "diff --git a/x b/x",
  "--- a",
  "@@ -1 +1 @@",
  "文字",
];

before(async () => {
  const random = openRandom(7, 0);
  const lines = (count: number) =>
    Array.from({ length: count }, () => random.pick(WORDS)).join("\n") + (random.chance(0.3) ? "" : "\n");
  const contents = new Map<string, string>();
  for (let round = 0; round < 12; round += 1) {
    for (let step = 0; step < 4; step += 1) {
      const name = random.pick(NAMES);
      const before = contents.get(name)?.split("\n");
      if (before === undefined || random.chance(0.25)) contents.set(name, lines(5 + random.below(60)));
      else
        contents.set(
          name,
          before
            .toSpliced(random.below(before.length), random.below(3), lines(1 + random.below(3)))
            .join("\n"),
        );
    }
    await filled.commit(Object.fromEntries(contents), `Round ${round}`);
    commits.push(await git.out(["rev-parse", "HEAD"], { folder }));
  }
  await rename(join(folder, "folder/d.txt"), join(folder, "moved ü.txt"));
  await writeFile(join(folder, "image"), Buffer.from([0, 1, 2, 255]));
  await writeFile(join(folder, "latin"), Buffer.from([0xe9, 10]));
  await writeFile(join(folder, "empty"), "");
  await chmod(join(folder, "a.txt"), 0o755);
  await rm(join(folder, "-n"));
  await symlink("a.txt", join(folder, "-n"));
  await filled.commit({ "long.txt": lines(900) }, "Kinds");
  await git.out(["update-index", "--add", "--cacheinfo", `160000,${commits[0]},module`], { folder });
  await git.out(["commit", "--quiet", "--amend", "--no-edit"], { folder });
  commits.push(await git.out(["rev-parse", "HEAD"], { folder }));
  await git.out(["push", "--quiet", filled.url, "main"], { folder });
});

const signal = new AbortController().signal;
const takeSlot = async () => () => {};

function compare(source: string, destination: string | undefined): Promise<ComparedCommits> {
  const side = (revision: string) => ({ repository: app.repository, revision });
  return getComparedCommits(
    app.ports,
    app.repository,
    { source: side(source), destination: destination === undefined ? undefined : side(destination) },
    takeSlot,
  );
}

async function read(
  pair: readonly [old: string, new_: string],
  part: DiffPageRequest["part"],
  more: Partial<DiffPageRequest> = {},
): Promise<DiffPage> {
  const compared = await compare(pair[1], pair[0]);
  const sides = await getDiffSides(app.ports, compared, false, signal);
  return readDiffPage(app.ports, compared, sides, {
    ignoresWhitespace: false,
    contextLines: 3,
    signal,
    part,
    ...more,
  });
}

const SIGNS = { context: " ", added: "+", removed: "-" };
const shown = ({ kind, text }: DiffRow) => `${SIGNS[kind]}${text}`;

function pairs(): (readonly [string, string])[] {
  return [
    ...commits.slice(1).map((id, index) => [commits[index]!, id] as const),
    [commits[0]!, commits.at(-1)!],
    [commits.at(-1)!, commits[3]!],
  ];
}

/** The rows of each file as git prints them, by its new path. */
async function oracle([old, new_]: readonly [string, string], ...args: string[]): Promise<string[]> {
  const patch = await git.out(["diff", "-M", ...args, old, new_], { folder });
  let left = 0;
  return patch.split("\n").filter((line) => {
    const header = /^@@ -\d+(?:,(\d+))? \+\d+(?:,(\d+))? @@/.exec(line);
    if (left === 0 && header !== null) left = Number(header[1] ?? 1) + Number(header[2] ?? 1);
    else if (left > 0 && !line.startsWith("\\")) {
      left -= line.startsWith(" ") ? 2 : 1;
      return true;
    }
    return false;
  });
}

for (const [why, limits, more, args] of [
  ["whole", { filesMax: 100, rowsPerFileMax: 10_000, rowsMax: 100_000 }, {}, []],
  ["by few files at once", { filesMax: 2, rowsPerFileMax: 10_000, rowsMax: 100_000 }, {}, []],
  [
    "without white space",
    { filesMax: 3, rowsPerFileMax: 10_000, rowsMax: 100_000 },
    { ignoresWhitespace: true, contextLines: 1 },
    ["-w", "-U1"],
  ],
] as const)
  test(`the rows of a diff, ${why}, are those of git diff`, async () => {
    for (const pair of pairs()) {
      const rows: string[] = [];
      for (let firstFile = 0; ; ) {
        const page = await read(pair, { firstFile }, { limits, ...more });
        rows.push(...page.files.flatMap(({ hunks }) => hunks).flatMap((hunk) => hunk.rows.map(shown)));
        assert.ok(page.files.every(({ hasMoreRows, rowsBefore }) => !hasMoreRows && rowsBefore === 0));
        firstFile += page.files.length;
        if (firstFile >= page.fileCount) break;
      }
      const bytes = (text: string) => text.replaceAll("\u{10ffe9}", "\u{fffd}");
      assert.deepEqual(rows.map(bytes), await oracle(pair, ...args), pair.join(" "));
    }
  });

test("a file alone, a few rows at once, has the rows that it has among all", async () => {
  const limits: DiffPageLimits = { filesMax: 100, rowsPerFileMax: 10_000, rowsMax: 100_000 };
  const few: DiffPageLimits = { filesMax: 1, rowsPerFileMax: 1, rowsMax: 7 };
  for (const pair of [pairs()[3]!, pairs().at(-2)!]) {
    const all = await read(pair, { firstFile: 0 }, { limits });
    for (const { file, hunks } of all.files) {
      const rows: DiffRow[] = [];
      for (let firstRow = 0; ; ) {
        const { files } = await read(pair, { path: file.path, firstRow }, { limits: few });
        assert.deepEqual(
          files.map((each) => each.file),
          [file],
        );
        rows.push(...files[0]!.hunks.flatMap((hunk) => hunk.rows));
        if (!files[0]!.hasMoreRows) break;
        firstRow = rows.length;
        assert.ok(firstRow < 10_000);
        if (firstRow > 60) break;
      }
      const expected = hunks.flatMap((hunk) => hunk.rows);
      assert.deepEqual(rows, rows.length > 60 ? expected.slice(0, rows.length) : expected, file.path);
    }
  }
});

test("tells of each file what has become of it", async () => {
  const { files, fileCount, linesAdded, linesRemoved } = await read([commits.at(-2)!, commits.at(-1)!], {
    firstFile: 0,
  });
  assert.deepEqual(
    files.map(({ file, content, hunks }) => [
      file.status,
      file.path,
      content,
      file.oldMode,
      file.newMode,
      hunks.length,
    ]),
    [
      ["modified", "-n", "lines", "100644", "120000", 2],
      ["modified", "a.txt", "none", "100644", "100755", 0],
      ["added", "empty", "none", "000000", "100644", 0],
      ["added", "image", "binary", "000000", "100644", 0],
      ["added", "latin", "lines", "000000", "100644", 1],
      ["added", "long.txt", "lines", "000000", "100644", 1],
      ["added", "module", "lines", "000000", "160000", 1],
      ["renamed", "moved ü.txt", "none", "100644", "100644", 0],
    ],
  );
  assert.equal(fileCount, files.length);
  const summary = await git.out(["diff", "--shortstat", "-M", commits.at(-2)!, commits.at(-1)!], { folder });
  assert.match(summary, new RegExp(`${linesAdded} insertions.*${linesRemoved} deletions`));
  const [long] = files.filter(({ file }) => file.path === "long.txt");
  assert.equal(long!.hunks[0]!.rows.length, 400);
  assert.ok(long!.hasMoreRows);
  assert.ok(files.find(({ file }) => file.path === "module")!.file.isSubmodule);
  assert.equal(files.find(({ file }) => file.path === "latin")!.hunks[0]!.rows[0]!.text, "\u{10ffe9}");
});

test("what a page has no room for comes later", async () => {
  const limits = { filesMax: 50, rowsPerFileMax: 400, rowsMax: 20 };
  const page = await read([commits[0]!, commits.at(-1)!], { firstFile: 0 }, { limits });
  const contents = page.files.map(({ content }) => content);
  const first = contents.indexOf("later");
  assert.ok(first > 0, contents.join(" "));
  assert.ok(contents.slice(first).every((content) => content !== "lines"));
  assert.equal(page.files.flatMap(({ hunks }) => hunks).flatMap(({ rows }) => rows).length, 20);
  const rest = await read([commits[0]!, commits.at(-1)!], { firstFile: first }, { limits });
  assert.equal(rest.files[0]!.content, "lines");
});

test("a file that does not differ is not found, and a page behind the last is the last file", async () => {
  await assert.rejects(read([commits[0]!, commits[1]!], { path: "nothing", firstRow: 0 }), {
    name: "Failure",
    kind: "not-found",
  });
  const page = await read([commits[0]!, commits[1]!], { firstFile: 1000 });
  assert.equal(page.firstFile, page.fileCount - 1);
});

test("a root commit is compared with nothing", async () => {
  const compared = await compare(commits[0]!, undefined);
  const sides = await getDiffSides(app.ports, compared, false, signal);
  const page = await readDiffPage(app.ports, compared, sides, {
    ignoresWhitespace: false,
    contextLines: 3,
    signal,
    part: { firstFile: 0 },
  });
  assert.ok(page.fileCount > 0 && page.files.every(({ file }) => file.status === "added"));
});
