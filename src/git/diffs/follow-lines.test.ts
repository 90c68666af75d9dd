import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, before, describe, test } from "node:test";
import { fc } from "../../../tests/support/fuzzing/seeded-properties.ts";
import { openRealGit } from "../../../tests/support/git/real-git.ts";
import { bytesToText } from "../../model/byte-text.ts";
import type { ObjectId } from "../../model/object-id.ts";
import {
  type FilePlace,
  type FollowedPlace,
  followPlaces,
  HUNKS_MAX,
  type LineMove,
} from "./follow-lines.ts";

const git = openRealGit();
const folder = git.newPath("repository.git");

before(() => git.out(["init", "--bare", "--quiet"], { folder }));

/** Path (a byte each character) to content, or to mode and content. */
type Files = Readonly<Record<string, string | readonly [mode: string, content: string]>>;

let commitsMade = 0;

/** A commit without a parent that has these files. */
async function commitOf(files: Files): Promise<ObjectId> {
  commitsMade += 1;
  const ref = `refs/heads/c${commitsMade}`;
  const parts = [Buffer.from(`commit ${ref}\ncommitter C <c@c> 0 +0000\ndata 0\n`)];
  for (const [path, file] of Object.entries(files)) {
    const [mode, content] = typeof file === "string" ? ["100644", file] : file;
    const quoted = path.replace(/["\\]/g, "\\$&").replaceAll("\n", "\\n");
    const bytes = Buffer.from(content, "latin1");
    parts.push(Buffer.from(`M ${mode} inline "${quoted}"\ndata ${bytes.length}\n`, "latin1"), bytes);
    parts.push(Buffer.from("\n"));
  }
  await git.out(["fast-import", "--quiet"], { folder, input: Buffer.concat(parts) });
  return (await git.out(["rev-parse", ref], { folder })) as ObjectId;
}

function moveOf(old: ObjectId, new_: ObjectId, changes: Partial<LineMove> = {}): LineMove {
  return { gitDir: folder, old, new: new_, signal: new AbortController().signal, ...changes };
}

async function follow(old: Files, new_: Files, places: readonly FilePlace[]): Promise<FollowedPlace[]> {
  return followPlaces(moveOf(await commitOf(old), await commitOf(new_)), places);
}

function line(path: string, first: number, last = first): FilePlace {
  return { path: bytesToText(Buffer.from(path, "latin1")), lines: { first, last } };
}

function file(path: string): FilePlace {
  return { path, lines: undefined };
}

const OUTDATED = { kind: "outdated" } as const;
const TEN = Array.from({ length: 10 }, (_, index) => `line ${index + 1} of ten\n`).join("");

for (const [why, old, new_, place, expected] of [
  ["a file that did not change", { f: TEN, g: "1" }, { f: TEN, g: "2" }, line("f", 3), line("f", 3)],
  ["a line below an added one", { f: TEN }, { f: `new\n${TEN}` }, line("f", 3), line("f", 4)],
  ["a changed line", { f: TEN }, { f: TEN.replace("3 of", "three of") }, line("f", 3), undefined],
  [
    "a range around an added line",
    { f: TEN },
    { f: TEN.replace("line 3", "new\nline 3") },
    line("f", 2, 4),
    line("f", 2, 5),
  ],
  [
    "a range with a removed line",
    { f: TEN },
    { f: TEN.replace("line 3 of ten\n", "") },
    line("f", 2, 4),
    undefined,
  ],
  ["a renamed file", { f: TEN }, { "dir/g": TEN }, line("f", 3), line("dir/g", 3)],
  ["a renamed and edited file", { f: TEN }, { g: `new\n${TEN}` }, line("f", 3), line("g", 4)],
  [
    "a changed line of a renamed file",
    { f: TEN },
    { g: TEN.replace("3 of", "three of") },
    line("f", 3),
    undefined,
  ],
  ["a removed file", { f: TEN, g: "" }, { g: "" }, line("f", 3), undefined],
  ["another mode", { f: TEN }, { f: ["100755", TEN] }, line("f", 3), line("f", 3)],
  ["a file that became a symbolic link", { f: TEN }, { f: ["120000", TEN] }, line("f", 3), undefined],
  ["a file that became a folder", { f: TEN }, { "f/f": "other" }, line("f", 3), undefined],
  ["a file that became binary", { f: TEN }, { f: `${TEN}\0` }, line("f", 3), undefined],
  ["a file itself, edited", { f: TEN }, { f: "other" }, file("f"), file("f")],
  ["a file itself, renamed", { f: TEN }, { g: `new\n${TEN}` }, file("f"), file("g")],
  ["a file itself, binary", { f: "\0" }, { f: "\0\0" }, file("f"), file("f")],
  ["a file itself, removed", { f: TEN, g: "" }, { g: "" }, file("f"), undefined],
  ["a path that neither has", { f: TEN }, { f: "" }, line("none", 3), line("none", 3)],
  ["a path that was added", { g: "" }, { f: TEN }, line("f", 3), line("f", 3)],
  [
    "CRLF",
    { f: TEN.replaceAll("\n", "\r\n") },
    { f: `new\r\n${TEN.replaceAll("\n", "\r\n")}` },
    line("f", 3),
    line("f", 4),
  ],
  ["other line ends", { f: TEN }, { f: TEN.replaceAll("\n", "\r\n") }, line("f", 3), undefined],
  ["a name with spaces", { "a b ": TEN }, { "a b ": `new\n${TEN}` }, line("a b ", 3), line("a b ", 4)],
  [
    "a name in quotes",
    { 'a"\\\nb': TEN },
    { 'a"\\\nb': `new\n${TEN}` },
    line('a"\\\nb', 3),
    line('a"\\\nb', 4),
  ],
  ["a name with other bytes", { "\xff": TEN }, { "\xfe": `new\n${TEN}` }, line("\xff", 3), line("\xfe", 4)],
  [
    "a name that looks like a pattern",
    { "*": TEN, b: TEN },
    { "*": TEN, b: "x" },
    line("*", 3),
    line("*", 3),
  ],
  [
    "a setting in the repository that calls all files binary",
    { f: TEN, ".gitattributes": "* -diff" },
    { f: `new\n${TEN}` },
    line("f", 3),
    line("f", 4),
  ],
] as const satisfies readonly (readonly [string, Files, Files, FilePlace, FilePlace | undefined])[]) {
  test(`follows ${why}`, async () => {
    const [followed] = await follow(old, new_, [place]);
    assert.deepEqual(followed, expected === undefined ? OUTDATED : { kind: "moved", place: expected });
  });
}

test("two files that swap their names are edited, not renamed", async () => {
  const other = TEN.replaceAll("ten", "the other");
  const followed = await follow({ f: TEN, g: other }, { f: other, g: TEN }, [line("f", 3), line("g", 3)]);
  assert.deepEqual(followed, [OUTDATED, OUTDATED]);
});

test("the same commit moves nothing, and starts no process", async () => {
  const none = "1".repeat(40) as ObjectId;
  assert.deepEqual(await followPlaces(moveOf(none, none), [line("f", 1)]), [
    { kind: "moved", place: line("f", 1) },
  ]);
});

test("a commit that does not exist is an error", async () => {
  const none = "1".repeat(40) as ObjectId;
  const known = await commitOf({ f: "" });
  await assert.rejects(followPlaces(moveOf(none, known), [line("f", 1)]), { name: "GitError" });
});

/** A file whose lines are all different, so that whoever edits it knows where each of them is. */
type Tracked = { readonly name: string; readonly lines: readonly string[] };

describe("generated edits", () => {
  let ids = 0;
  const newLine = () => {
    ids += 1;
    return `${ids.toString(36)} ${Math.imul(ids, 2_654_435_761) >>> 0}`;
  };
  // Few enough that a renamed file stays as similar as git asks of a rename: half of it.
  const edit = fc.record({
    at: fc.nat(39),
    kind: fc.constantFrom("insert" as const, "remove" as const, "change" as const),
    lines: fc.integer({ min: 1, max: 2 }),
  });
  const fileEdit = fc.record({
    kind: fc.constantFrom(
      "keep" as const,
      "edit" as const,
      "rename" as const,
      "both" as const,
      "remove" as const,
    ),
    edits: fc.array(edit, { maxLength: 4 }),
    endsWithNewline: fc.boolean(),
  });
  type FileEdit = typeof fileEdit extends fc.Arbitrary<infer Value> ? Value : never;
  const names = ["f", "dir/g h", "\xc3\xa4", "x"];

  /** The file after the edits; the oracle is that a line which nobody touched is still the same string. */
  function edited(tracked: Tracked, { kind, edits }: FileEdit, step: number): Tracked | undefined {
    if (kind === "remove") return undefined;
    const lines = [...tracked.lines];
    if (kind === "edit" || kind === "both")
      for (const { at, kind: how, lines: count } of edits) {
        const added = how === "remove" ? [] : Array.from({ length: count }, newLine);
        lines.splice(Math.min(at, lines.length), how === "insert" ? 0 : count, ...added);
      }
    const isRenamed = kind === "rename" || kind === "both";
    return { name: isRenamed ? `moved-${step}/${tracked.name}` : tracked.name, lines };
  }

  function filesOf(tracked: readonly Tracked[]): Files {
    return Object.fromEntries(
      tracked.map(({ name, lines }) => [name, lines.map((text) => `${text}\n`).join("")]),
    );
  }

  test("each line is where the one who edits has put it", async () => {
    const property = fc.asyncProperty(
      fc.array(fileEdit, { minLength: names.length, maxLength: names.length }),
      async (edits) => {
        const before = names.map((name) => ({ name, lines: Array.from({ length: 40 }, newLine) }));
        const after = before.map((tracked, index) => edited(tracked, edits[index]!, index));
        const places: FilePlace[] = [];
        const expected: FollowedPlace[] = [];
        for (const [index, { name, lines }] of before.entries())
          for (let first = 1; first <= 40; first += 1)
            for (const last of [first, first + 2].filter((end) => end <= 40)) {
              const now = after[index];
              const numbers = lines
                .slice(first - 1, last)
                .map((text) => (now?.lines.indexOf(text) ?? -1) + 1);
              places.push(line(name, first, last));
              expected.push(
                now === undefined || numbers.includes(0)
                  ? OUTDATED
                  : { kind: "moved", place: line(now.name, numbers[0]!, numbers.at(-1)) },
              );
            }
        const kept = after.filter((tracked) => tracked !== undefined);
        const followed = await follow(filesOf(before), filesOf(kept), places);
        assert.deepEqual(followed, expected);
      },
    );
    await fc.assert(property, { numRuns: 25 });
  });

  test("lines that look alike are followed as git blame says", async () => {
    const text = fc.array(fc.constantFrom("{", "}", "  a();", "", "b", "c"), { minLength: 1, maxLength: 25 });
    await fc.assert(
      fc.asyncProperty(text, text, async (old, new_) => {
        const [from, to] = [old, new_].map((lines) => lines.map((one) => `${one}\n`).join(""));
        const oldCommit = await commitOf({ f: from! });
        const tree = await git.out(["rev-parse", `${await commitOf({ f: to! })}^{tree}`], { folder });
        const newCommit = (await git.out(["commit-tree", "-p", oldCommit, "-m", "x", tree], {
          folder,
        })) as ObjectId;
        const blamed = await git.out(["blame", "-s", "-n", "-l", "--root", newCommit, "--", "f"], { folder });
        const expected = new Map<number, number>();
        for (const [index, shown] of blamed.split("\n").entries()) {
          const match = /^([0-9a-f]{40}) +(\d+) /.exec(shown);
          if (match?.[1] === oldCommit) expected.set(Number(match[2]), index + 1);
        }
        const places = old.map((_, index) => line("f", index + 1));
        const followed = await followPlaces(moveOf(oldCommit, newCommit), places);
        for (const [index, one] of followed.entries()) {
          const now = expected.get(index + 1);
          assert.deepEqual(one, now === undefined ? OUTDATED : { kind: "moved", place: line("f", now) });
        }
      }),
      { numRuns: 25 },
    );
  });
});

describe("what is too much work is outdated", () => {
  test("more changes than are held, in the files after them", async () => {
    const many = (changed: string) =>
      Array.from(
        { length: 2 * HUNKS_MAX + 20_000 },
        (_, index) => `${index % 2 === 0 ? changed : index}\n`,
      ).join("");
    const followed = await follow(
      { a: TEN, b: many("x"), c: TEN },
      { a: `new\n${TEN}`, b: many("y"), c: `new\n${TEN}` },
      [line("a", 3), line("b", 2), line("c", 3)],
    );
    assert.deepEqual(followed, [{ kind: "moved", place: line("a", 4) }, OUTDATED, OUTDATED]);
  });

  test("changed names that do not fit into the arguments of a process", async () => {
    const names = Array.from({ length: 80 }, (_, index) => `${index}/${"x".repeat(240)}/`.padEnd(4000, "y/"));
    const filesOf = (text: string) => Object.fromEntries(names.map((name) => [`${name}f`, text]));
    const places = names.map((name) => line(`${name}f`, 3));
    const followed = await follow(filesOf(TEN), filesOf(`new\n${TEN}`), places);
    assert.deepEqual(followed[0], { kind: "moved", place: line(`${names[0]}f`, 4) });
    assert.deepEqual(followed.at(-1), OUTDATED);
  });

  const path = process.env.PATH ?? "";
  afterEach(() => {
    process.env.PATH = path;
  });

  test("a git that does not end", async () => {
    const [old, new_] = [await commitOf({ f: "1" }), await commitOf({ f: "2" })];
    const bin = git.newPath("bin");
    await mkdir(bin);
    await writeFile(join(bin, "git"), "#!/bin/sh\nexec sleep 600\n", { mode: 0o755 });
    process.env.PATH = `${bin}:${path}`;
    const move = moveOf(old, new_, { timeLimitMs: 20 });
    assert.deepEqual(await followPlaces(move, [line("f", 1), file("g")]), [OUTDATED, OUTDATED]);
    const gone = moveOf(old, new_, { signal: AbortSignal.abort(new Error("gone")) });
    await assert.rejects(followPlaces(gone, [line("f", 1)]), /gone/);
  });
});
