import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { afterEach, before, describe, test } from "node:test";
import { fc } from "../../../tests/support/fuzzing/seeded-properties.ts";
import { openRealGit } from "../../../tests/support/git/real-git.ts";
import type { ObjectId } from "../../model/object-id.ts";
import { listChanges, streamDiff, type TreeComparison } from "./compare-trees.ts";
import { PATHS_MAX } from "./compared-paths.ts";
import { EMPTY_TREE } from "./run-limited-git.ts";
import { streamGit } from "./stream-git.ts";

/** Real `git diff` is the oracle: every byte of a diff, and the status and lines of each file, over generated histories. */
const git = openRealGit();
const folder = git.newPath("repository.git");
const commits: ObjectId[] = [];

const PATHS = [
  "a.txt",
  "b.txt",
  "folder/c.txt",
  "folder/deep/d e.txt",
  "ä/ö.txt",
  "new\nline",
  'quote"back\\slash',
  "tab\there",
  "-n",
  ":(glob)*",
  ".gitattributes",
] as const;
const MODES = ["100644", "100644", "100755", "120000"] as const;

const content = fc.oneof(
  fc.array(fc.constantFrom("one", "two", "  three", "four\r", "five ", "", "diff --git a/x b/x"), {
    maxLength: 30,
  }),
  fc.constant(["\0binary", "\0\xff\xfe"]),
  fc.constant(["* binary diff=evil filter=evil", "*.txt -diff"]),
);
const change = fc.oneof(
  fc.record({
    kind: fc.constant("write" as const),
    path: fc.constantFrom(...PATHS),
    mode: fc.constantFrom(...MODES),
    content,
  }),
  fc.record({
    kind: fc.constant("move" as const),
    path: fc.constantFrom(...PATHS),
    to: fc.constantFrom(...PATHS),
  }),
  fc.record({ kind: fc.constant("remove" as const), path: fc.constantFrom(...PATHS) }),
  fc.record({ kind: fc.constant("submodule" as const), path: fc.constantFrom("module"), id: fc.nat(9) }),
);
type Change = typeof change extends fc.Arbitrary<infer Value> ? Value : never;

/** git-fast-import(1): a path in double quotes takes the escapes of C. */
function quoted(path: string): string {
  return `"${path.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n").replaceAll("\t", "\\t")}"`;
}

function line(one: Change, known: Set<string>): string {
  switch (one.kind) {
    case "write": {
      known.add(one.path);
      const text = Buffer.from(one.content.join("\n"), "latin1").toString("latin1");
      return `M ${one.mode} inline ${quoted(one.path)}\ndata ${Buffer.byteLength(text)}\n${text}\n`;
    }
    case "move":
      if (!known.has(one.path) || one.path === one.to) return "";
      known.delete(one.path);
      known.add(one.to);
      return `R ${quoted(one.path)} ${quoted(one.to)}\n`;
    case "remove":
      known.delete(one.path);
      return `D ${quoted(one.path)}\n`;
    case "submodule":
      return `M 160000 ${String(one.id).padStart(40, "1")} ${quoted(one.path)}\n`;
  }
}

before(async () => {
  await git.out(["init", "--bare", "--quiet"], { folder });
  const known = new Set<string>();
  const histories = fc.sample(fc.array(change, { minLength: 1, maxLength: 6 }), {
    numRuns: 40,
    seed: 20260101,
  });
  const stream = histories.map((changes, index) =>
    [
      `commit refs/heads/main\ncommitter C <c@c> ${index} +0000\ndata 0\n`,
      ...changes.map((one) => line(one, known)),
    ].join(""),
  );
  await git.out(["fast-import", "--quiet"], { folder, input: stream.join("") });
  const ids = await git.out(["rev-list", "--reverse", "main"], { folder });
  commits.push(...(ids.split("\n") as ObjectId[]));
});

function comparison(old: ObjectId, new_: ObjectId, changes: Partial<TreeComparison> = {}): TreeComparison {
  return {
    gitDir: folder,
    old,
    new: new_,
    paths: [],
    ignoresWhitespace: false,
    detectsRenames: true,
    signal: new AbortController().signal,
    ...changes,
  };
}

function pairs(): [ObjectId, ObjectId][] {
  return [
    [EMPTY_TREE, commits[0]!],
    ...commits.slice(1).map((id, index): [ObjectId, ObjectId] => [commits[index]!, id]),
    [commits[0]!, commits.at(-1)!],
    [commits.at(-1)!, commits[5]!],
    [EMPTY_TREE, commits.at(-1)!],
  ];
}

describe("the bytes of a diff are those of git diff", () => {
  for (const [why, changes, options, args] of [
    ["as it is", {}, { contextLines: 3, showsBinaryContent: true }, ["-M", "--binary"]],
    ["without binary content", {}, { contextLines: 3, showsBinaryContent: false }, ["-M"]],
    [
      "without renames, without context",
      { detectsRenames: false },
      { contextLines: 0, showsBinaryContent: false },
      ["--no-renames", "-U0"],
    ],
    [
      "without white space",
      { ignoresWhitespace: true },
      { contextLines: 10, showsBinaryContent: true },
      ["-M", "-w", "--binary", "-U10"],
    ],
  ] as const) {
    test(why, async () => {
      for (const [old, new_] of pairs()) {
        const expected = await git.bytes(["diff", ...args, old, new_], { folder });
        const actual = await buffer(await streamDiff(comparison(old, new_, changes), options));
        assert.ok(actual.equals(expected), `${old} ${new_}:\n${actual}\n---\n${expected}`);
      }
    });
  }

  test("of some paths only", async () => {
    const [old, new_] = [EMPTY_TREE, commits.at(-1)!];
    const options = { contextLines: 3, showsBinaryContent: false };
    for (const [paths, pathspecs] of [
      [
        ["a.txt", "/folder//deep/"],
        ["a.txt", "folder/deep"],
      ],
      [["-n"], [":(literal)-n"]],
      [[":(glob)*"], [":(literal):(glob)*"]],
      [["*"], [":(literal)*"]],
      [
        ["new\nline", "ä"],
        ["new\nline", "ä"],
      ],
      [["../a.txt", "b.txt"], ["b.txt"]],
      [["a.txt", ""], []],
    ] as const) {
      const expected = await git.bytes(["diff", "-M", old, new_, "--", ...pathspecs], { folder });
      const actual = await buffer(await streamDiff(comparison(old, new_, { paths }), options));
      assert.equal(actual.toString(), expected.toString(), paths.join(" "));
    }
  });

  test("a path that nothing can have is an empty diff", async () => {
    for (const path of ["..", "../x", "folder/../a.txt", "."]) {
      const asked = comparison(EMPTY_TREE, commits.at(-1)!, { paths: [path] });
      const options = { contextLines: 3, showsBinaryContent: false };
      assert.equal((await buffer(await streamDiff(asked, options))).length, 0, path);
      assert.deepEqual(await listChanges(asked), [], path);
    }
  });
});

for (const [why, changes, args] of [
  ["with renames", {}, ["-M"]],
  ["without renames", { detectsRenames: false }, ["--no-renames"]],
] as const) {
  test(`the files of a diff, ${why}, are those of git diff`, async () => {
    for (const [old, new_] of pairs()) {
      const actual = await listChanges(comparison(old, new_, changes));
      const names = await git.bytes(["diff", "-z", "--name-status", ...args, old, new_], { folder });
      const flat = actual.flatMap((one) => [
        { added: "A", removed: "D", modified: "M", renamed: "R" }[one.status],
        ...(one.status === "removed" || one.status === "renamed" ? [one.oldPath.toString("latin1")] : []),
        ...(one.status === "removed" ? [] : [one.newPath.toString("latin1")]),
      ]);
      const expected = names.toString("latin1").split("\0").slice(0, -1);
      assert.deepEqual(
        flat,
        expected.map((field) => (/^R\d{3}$/.test(field) ? "R" : field === "T" ? "M" : field)),
      );
      const total = await git.out(["diff", "--shortstat", ...args, old, new_], { folder });
      const sum = (key: "linesAdded" | "linesRemoved") => actual.reduce((all, one) => all + one[key], 0);
      assert.equal(sum("linesAdded"), Number(/(\d+) insertion/.exec(total)?.[1] ?? 0));
      assert.equal(sum("linesRemoved"), Number(/(\d+) deletion/.exec(total)?.[1] ?? 0));
    }
  });
}

for (const [why, paths] of [
  ["NUL", ["a\0b"]],
  ["a lone surrogate", ["a\ud800"]],
  ["a path of 4097 bytes", ["a".repeat(4097)]],
  [`${PATHS_MAX + 1} paths`, Array.from({ length: PATHS_MAX + 1 }, () => "a")],
] as const) {
  test(`refuses ${why}`, async () => {
    await assert.rejects(listChanges(comparison(EMPTY_TREE, commits[0]!, { paths })), {
      name: "Failure",
      kind: "invalid-input",
      message: /^path: /,
    });
  });
}

test(`takes ${PATHS_MAX} paths of 1000 bytes`, async () => {
  const paths = Array.from({ length: PATHS_MAX }, (_, index) => `${index}`.padEnd(1000, "x"));
  assert.deepEqual(await listChanges(comparison(EMPTY_TREE, commits[0]!, { paths })), []);
});

describe("git that does not end", () => {
  const path = process.env.PATH ?? "";

  /** A `git` that prints `text` and then waits to be killed. */
  async function hang(text: string): Promise<void> {
    const bin = git.newPath("bin");
    await mkdir(bin);
    await writeFile(join(bin, "git"), `#!/bin/sh\nprintf '%s' '${text}'\nexec sleep 600\n`, { mode: 0o755 });
    process.env.PATH = `${bin}:${path}`;
  }
  afterEach(() => {
    process.env.PATH = path;
  });

  const shown = { contextLines: 3, showsBinaryContent: true };
  const limited = { timeLimitMs: 20 };

  test("is a failure of its own kind until the first byte", async () => {
    await hang("");
    // A comparison that no test has asked for: its answer would be known.
    const asked = comparison(EMPTY_TREE, commits[0]!, { ...limited, paths: ["asked-for-once"] });
    const expected = { name: "Failure", kind: "timed-out" };
    await assert.rejects(listChanges(asked), expected);
    await assert.rejects(streamDiff(asked, shown), expected);
  });

  test("is not asked for a list that is known", async () => {
    const asked = comparison(EMPTY_TREE, commits[0]!, limited);
    const known = await listChanges(comparison(EMPTY_TREE, commits[0]!));
    assert.ok(known.length > 0);
    await hang("");
    assert.deepEqual(await listChanges(asked), known);
  });

  test("breaks the stream off after the first byte", async () => {
    await hang("diff");
    const options = { gitDir: folder, signal: new AbortController().signal, wholeTimeLimitMs: 20 };
    const stream = await streamGit("compare", ["diff-tree"], options);
    await assert.rejects(buffer(stream), { name: "Failure", kind: "timed-out" });
  });

  test("ends with the one who asks", async () => {
    await hang("diff");
    const controller = new AbortController();
    const stream = await streamDiff(
      comparison(EMPTY_TREE, commits[0]!, { signal: controller.signal }),
      shown,
    );
    const read = buffer(stream);
    controller.abort(new Error("gone"));
    await assert.rejects(read, /gone/);
  });
});

test("whoever has gone is not answered", async () => {
  const gone = comparison(EMPTY_TREE, commits[0]!, { signal: AbortSignal.abort(new Error("gone")) });
  await assert.rejects(listChanges(gone), /gone/);
  await assert.rejects(streamDiff(gone, { contextLines: 3, showsBinaryContent: true }), /gone/);
});
