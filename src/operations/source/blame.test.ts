import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { after, before, test } from "node:test";
import { seedFiles } from "../../../tests/support/git/seed-files.ts";
import { startTestApp, type TestApp } from "../../../tests/support/server/test-app.ts";
import type { ObjectId } from "../../model/object-id.ts";
import { withRepository } from "../../storage/packs/with-repository.ts";
import { BLAMED_LINES_MAX, blame } from "./blame.ts";

const { signal } = new AbortController();
const RAW_NAME = "caf\u{10ffe9}.txt";
const MAILMAP = "Somebody Else <else@example.com> <ada@example.com>\n";
let app: TestApp;
let ids: readonly ObjectId[];

before(async () => {
  app = await startTestApp();
  ids = await seedFiles(app, app.repository, "main", [
    {
      message: "one",
      files: { "a.txt": "1\n2\n3\n4\n", "-L1.txt": "x\n", [RAW_NAME]: "x\n", ".mailmap": MAILMAP },
    },
    { message: "two", author: "Bob <bob@example.com>", files: { "a.txt": "1\nb\n3\n4\n" } },
    { message: "three", files: { "a.txt": undefined, "new name/ü.txt": "1\nb\n3\n4\n5\n" } },
    { message: "four", files: { "new name/ü.txt": "0\n1\nb\n3\n4\n5\n", "large.txt": "a\n".repeat(60_000) } },
  ]);
});
after(() => app.close());

async function runsOf(path: string, firstLine: number, lastLine: number) {
  const at = { commit: ids[3]!, path };
  const runs = await blame(app.ports, app.repository, at, { firstLine, lastLine, signal });
  return runs?.map((run) => [run.firstLine, run.lines, run.commit.message]);
}

test("each line has the commit that changed it last, also from before a rename", async () => {
  assert.deepEqual(await runsOf("new name/ü.txt", 1, 6), [
    [1, 1, "four"],
    [2, 1, "one"],
    [3, 1, "two"],
    [4, 2, "one"],
    [6, 1, "three"],
  ]);
});

test("some lines can be asked for", async () => {
  assert.deepEqual(await runsOf("new name/ü.txt", 3, 4), [
    [3, 1, "two"],
    [4, 1, "one"],
  ]);
});

test("a name that looks like an option is a name", async () => {
  assert.deepEqual(await runsOf("-L1.txt", 1, 1), [[1, 1, "one"]]);
});

test("a name that is not UTF-8 has no blame", async () => {
  assert.equal(await runsOf(RAW_NAME, 1, 1), undefined);
});

test("who wrote it is told as the commit has it, whatever a file in the repository says", async () => {
  const at = { commit: ids[3]!, path: "a.txt".replace("a.txt", "-L1.txt") };
  const runs = await blame(app.ports, app.repository, at, { firstLine: 1, lastLine: 1, signal });
  assert.equal(runs?.[0]?.commit.author.email, "ada@example.com");
});

test("part of a large file costs one part", async () => {
  assert.deepEqual(await runsOf("large.txt", 59_001, 60_000), [[59_001, 1000, "four"]]);
  await assert.rejects(runsOf("large.txt", 1, BLAMED_LINES_MAX + 1), /more lines/);
});

test("nobody waits longer than they want; what is found meanwhile is there the next time", async () => {
  const at = { commit: ids[3]!, path: "large.txt" };
  const query = { firstLine: 3, lastLine: 5, signal, waitMs: 0 };
  assert.equal(await blame(app.ports, app.repository, at, query), undefined);
  await app.ports.backgroundWork.idle();
  assert.equal((await blame(app.ports, app.repository, at, { ...query, waitMs: 1000 }))?.length, 1);
});

test("the runs are those of git itself", async () => {
  const args = ["blame", "-l", "-s", ids[3]!, "--", "new name/ü.txt"];
  const lines = await withRepository(app.ports.packs, app.repository.uuid, async ({ gitDir }) => {
    const env = { PATH: process.env.PATH ?? "", GIT_DIR: gitDir };
    return execFileSync("git", args, { env, encoding: "utf8" }).trim().split("\n");
  });
  const at = { commit: ids[3]!, path: "new name/ü.txt" };
  const runs = await blame(app.ports, app.repository, at, { firstLine: 1, lastLine: 6, signal });
  const each = runs!.flatMap(({ lines: count, commit }) =>
    new Array<string>(count).fill(commit.id.slice(0, 39)),
  );
  assert.deepEqual(
    each,
    lines.map((line) => line.replace("^", "").slice(0, 39)),
  );
});
