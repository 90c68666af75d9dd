import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { before, test } from "node:test";
import { openRealGit } from "../../../tests/support/git/real-git.ts";
import type { ObjectId } from "../../model/object-id.ts";
import { type CommitQuery, listCommits, PATH_BYTES_MAX } from "./list-commits.ts";

const git = openRealGit();
const folder = git.newPath("repository.git");
const ids = new Map<string, ObjectId>();

function id(mark: string): ObjectId {
  return ids.get(mark)!;
}

type Step = {
  readonly mark: string;
  readonly time: number;
  readonly from: readonly string[];
  readonly files: string[];
};

/**
 * Two lines that are merged, with times that contradict the order of the parents:
 * root - a1 - a2 - merge - top, and root - b1 - b2 - merge.
 */
const STEPS: readonly Step[] = [
  { mark: "root", time: 100, from: [], files: ["README.md"] },
  { mark: "a1", time: 400, from: ["root"], files: ["src/app.ts"] },
  { mark: "a2", time: 200, from: ["a1"], files: ["src/deep/er.ts"] },
  { mark: "b1", time: 300, from: ["root"], files: ["a\nb.txt"] },
  { mark: "b2", time: 500, from: ["b1"], files: ["*.txt", ":(glob)x", "-dash", "größe/ü.md"] },
  { mark: "merge", time: 600, from: ["a2", "b2"], files: [] },
  { mark: "top", time: 50, from: ["merge"], files: ["README.md"] },
];

function quoted(path: string): string {
  return `"${path.replaceAll("\n", "\\n")}"`;
}

function commandsOf({ mark, time, from, files }: Step): string {
  const [first, ...others] = from;
  return [
    "commit refs/stale/main",
    `mark :${STEPS.findIndex((step) => step.mark === mark) + 1}`,
    `committer C <c@c> ${time} +0000`,
    "data 0",
    ...(first === undefined ? [] : [`from :${STEPS.findIndex((step) => step.mark === first) + 1}`]),
    ...others.map((other) => `merge :${STEPS.findIndex((step) => step.mark === other) + 1}`),
    ...files.flatMap((path) => [`M 100644 inline ${quoted(path)}`, `data ${mark.length}`, mark]),
    ...(mark === "merge" ? STEPS[4]!.files.concat(STEPS[3]!.files).map(copyOf) : []),
    "",
  ].join("\n");
}

/** fast-import begins a merge with the files of its first parent: those of the second are written again. */
function copyOf(path: string): string {
  const step = STEPS.find(({ files }) => files.includes(path))!;
  return `M 100644 inline ${quoted(path)}\ndata ${step.mark.length}\n${step.mark}`;
}

before(async () => {
  await git.out(["init", "--bare", "--quiet"], { folder });
  const marks = join(git.root, "marks");
  const input = STEPS.map((step, index) =>
    // A commit that is no child of the one before begins a line of its own.
    step.from[0] === STEPS[index - 1]?.mark
      ? commandsOf(step)
      : `reset refs/stale/main\n\n${commandsOf(step)}`,
  );
  await git.out(["fast-import", "--quiet", "--force", `--export-marks=${marks}`], {
    folder,
    input: input.join("\n"),
  });
  for (const line of (await readFile(marks, "utf8")).trim().split("\n")) {
    const [mark, object] = line.slice(1).split(" ");
    ids.set(STEPS[Number(mark) - 1]!.mark, object as ObjectId);
  }
});

async function list(query: Partial<CommitQuery> & Pick<CommitQuery, "include">): Promise<string[]> {
  const found = await listCommits({ gitDir: folder, exclude: [], skip: 0, limit: 100, ...query });
  return found.map((object) => [...ids].find(([, value]) => value === object)?.[0] ?? "unknown");
}

test("lists newest first, and no parent before its children whatever the dates", async () => {
  const found = await list({ include: [id("top")] });
  const printed = await git.out(["log", "--topo-order", "--format=%H", id("top")], { folder });
  assert.deepEqual(found.map(id), printed.split("\n"));
  assert.equal(found.length, STEPS.length);
  for (const { mark, from } of STEPS) {
    for (const parent of from)
      assert.ok(found.indexOf(mark) < found.indexOf(parent), `${mark} before ${parent}`);
  }
});

test("leaves out what is excluded, and takes an id twice for one", async () => {
  assert.deepEqual(await list({ include: [id("top")], exclude: [id("b2"), id("a2")] }), ["top", "merge"]);
  assert.deepEqual(
    await list({ include: [id("a2"), id("a2"), id("a1")], exclude: [id("root"), id("root")] }),
    ["a2", "a1"],
  );
  assert.deepEqual(await list({ include: [id("a1")], exclude: [id("a1")] }), []);
  assert.deepEqual(await list({ include: [], exclude: [id("a1")] }), []);
});

test("pages hold the same commits as the whole, in its order", async () => {
  const whole = await list({ include: [id("top")] });
  const pages: string[] = [];
  for (let skip = 0; skip < 9; skip += 3)
    pages.push(...(await list({ include: [id("top")], skip, limit: 3 })));
  assert.deepEqual(pages, whole);
  assert.deepEqual(await list({ include: [id("top")], skip: 100 }), []);
  assert.deepEqual(await list({ include: [id("top")], limit: 0 }), []);
});

for (const [path, expected] of [
  ["README.md", ["top", "root"]],
  ["/README.md", ["top", "root"]],
  ["README.md/", ["top", "root"]],
  ["src", ["a2", "a1"]],
  ["src/", ["a2", "a1"]],
  ["src//deep", ["a2"]],
  ["src/app.ts", ["a1"]],
  ["a\nb.txt", ["b1"]],
  ["größe/ü.md", ["b2"]],
  ["-dash", ["b2"]],
  ["*.txt", ["b2"]],
  ["*", []],
  [":(glob)x", ["b2"]],
  [":(glob)*", []],
  [":/", []],
  ["readme.md", []],
  ["nothing", []],
  ["..", []],
  ["src/../README.md", []],
  ["./README.md", []],
  [".git", []],
] as const) {
  test(`lists the commits that change ${JSON.stringify(path)}: ${expected.join(", ") || "none"}`, async () => {
    assert.deepEqual(await list({ include: [id("top")], path }), expected);
  });
}

for (const path of ["", "/", "//"]) {
  test(`lists all commits for the path ${JSON.stringify(path)}`, async () => {
    assert.equal((await list({ include: [id("top")], path })).length, STEPS.length);
  });
}

for (const [why, path] of [
  ["with NUL", "a\0b"],
  ["with half a character", "a\ud800"],
  ["one byte too long", `${"é".repeat(PATH_BYTES_MAX / 2)}a`],
] as const) {
  test(`refuses a path ${why}, and names the field`, async () => {
    await assert.rejects(
      list({ include: [id("top")], path }),
      (error: Error & { kind?: string; details?: unknown }) => {
        assert.equal(error.kind, "invalid-input");
        assert.match(error.message, /^path: /);
        assert.match(JSON.stringify(error.details), /"fields":\{"path"/);
        return true;
      },
    );
  });
}

test("takes the longest path", async () => {
  assert.deepEqual(await list({ include: [id("top")], path: "é".repeat(PATH_BYTES_MAX / 2) }), []);
});

test("takes thousands of ids", async () => {
  const include = Array.from({ length: 10_000 }, () => [id("a2"), id("b2")]).flat();
  const exclude = Array.from({ length: 10_000 }, () => id("root"));
  assert.deepEqual((await list({ include, exclude })).sort(), ["a1", "a2", "b1", "b2"]);
});

test("passes over the target of a tag that is no commit", async () => {
  const tree = (await git.out(["rev-parse", `${id("root")}^{tree}`], { folder })) as ObjectId;
  const blob = (await git.out(["rev-parse", `${id("root")}:README.md`], { folder })) as ObjectId;
  assert.deepEqual(await list({ include: [tree, id("root"), blob], exclude: [tree] }), ["root"]);
});

test("fails on an id that is not there", async () => {
  await assert.rejects(list({ include: ["f".repeat(40) as ObjectId] }), { name: "GitError" });
});

/** git waits for ever for the alternates of this repository: a pipe that nobody writes to. */
async function createStalledRepository(): Promise<string> {
  const stalled = git.newPath("stalled.git");
  await git.out(["init", "--bare", "--quiet"], { folder: stalled });
  execFileSync("mkfifo", [join(stalled, "objects", "info", "alternates")]);
  return stalled;
}

test("fails as unavailable after the time limit", async () => {
  const gitDir = await createStalledRepository();
  await assert.rejects(list({ gitDir, include: [id("top")], timeLimitMs: 20 }), {
    name: "Failure",
    kind: "unavailable",
  });
});

test("ends when its signal is aborted, before and while git runs, with the signal's reason", async () => {
  const gitDir = await createStalledRepository();
  const reason = new Error("the client has gone");
  await assert.rejects(list({ gitDir, include: [id("top")], signal: AbortSignal.abort(reason) }), reason);
  const controller = new AbortController();
  const listed = assert.rejects(list({ gitDir, include: [id("top")], signal: controller.signal }), reason);
  controller.abort(reason);
  await listed;
});
