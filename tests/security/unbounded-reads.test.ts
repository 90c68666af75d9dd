// The attacks: many requests that each start a git process, from nobody in particular; a push of 2 KB whose tree unfolds to
// milliards of files, for which one process takes all memory; and a server that is killed, whose processes go on.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { listChanges } from "../../src/git/diffs/compare-trees.ts";
import { EMPTY_TREE } from "../../src/git/diffs/run-limited-git.ts";
import { streamLimitedGit } from "../../src/git/diffs/stream-git.ts";
import { Failure } from "../../src/model/failure.ts";
import type { ObjectId } from "../../src/model/object-id.ts";
import { basic, type HttpAnswer, sendRequest } from "../support/clients/http-request.ts";
import { gitDirOf } from "../support/git/repository-folder.ts";
import { startFilledApp } from "../support/server/filled-app.ts";

const MIB = 1024 * 1024;
const filled = await startFilledApp();
const { app, git, folder, url } = filled;
let bomb: ObjectId;
let gitDir: string;

before(async () => {
  await filled.commit({ "a.txt": "a\n", "large.bin": "x".repeat(2 * MIB), "b/c.txt": "c\n" }, "First");
  await git.out(["push", "--quiet", url, "HEAD:refs/heads/first"], { folder });
  await filled.commit({ "a.txt": "b\n" }, "Second");
  await git.out(["push", "--quiet", url, "main"], { folder });
  gitDir = gitDirOf(app.ports, app.repository.uuid);
  const blob = await git.out(["hash-object", "-w", "--stdin"], { folder, input: "hello\n" });
  const tree = (mode: string, id: string) =>
    git.out(["mktree"], {
      folder,
      input: Array.from({ length: 10 }, (_, index) => `${mode} ${id}\te${index}\n`).join(""),
    });
  let id = await tree("100644 blob", blob);
  for (let depth = 1; depth < 10; depth += 1) id = await tree("040000 tree", id);
  bomb = (await git.out(["commit-tree", "-m", "bomb", id], { folder })) as ObjectId;
  await git.out(["push", "--quiet", url, `${bomb}:refs/heads/bomb`], { folder });
});

const { readSlots } = app.ports;

/** More askers than there are turns, each an account with a repository of its own. Returns what lets all of them go. */
async function takeAllSlots(): Promise<() => void> {
  let isOver = false;
  const taken: (() => void)[] = [];
  for (let index = 0; index < 40; index += 1) {
    const holders = [
      { kind: "account", id: `account ${index}` },
      { kind: "repository", id: `repository ${index}` },
    ] as const;
    void readSlots.take(holders, new AbortController().signal).then((giveBack) => {
      if (isOver) giveBack();
      else taken.push(giveBack);
    });
  }
  await delay(0);
  return () => {
    isOver = true;
    for (const giveBack of taken) giveBack();
  };
}

for (const path of [
  "/diff/main",
  "/diffstat/main",
  "/patch/main",
  "/diff/main..bomb",
  "/merge-base/bomb..main",
  "/file-conflicts/first..main",
  "/filehistory/main/a.txt",
  "/commits?path=a.txt",
  "/src/main/large.bin",
  "/src/main/?max_depth=5",
  "/src/main/?q=size%3E1",
  "/acme/demo/get/main.tar.gz",
  "/acme/demo/get/main.zip",
])
  test(`${path} waits for a turn like all others`, async () => {
    const giveBack = await takeAllSlots();
    const others = readSlots.waiting;
    assert.ok(others > 0);
    const authorization = basic("owner@example.com", decodeURIComponent(new URL(url).password));
    const target = path.startsWith("/acme") ? path : `/2.0/repositories/acme/demo${path}`;
    let early: HttpAnswer | undefined;
    const answer = sendRequest(app.url, target, { headers: { authorization } }).then((given) => {
      early = given;
      return given;
    });
    try {
      while (readSlots.waiting === others && early === undefined) await delay(5);
      assert.equal(early, undefined);
    } finally {
      giveBack();
    }
    const { status, text } = await answer;
    // The tree bomb has no common ancestor with anything.
    assert.ok([200, 400, 404].includes(status), `${status} ${text.slice(0, 200)}`);
  });

test("anonymous callers have no more than half of the turns, and others get in", async () => {
  const taken: (() => void)[] = [];
  const abort = new AbortController();
  for (let index = 0; index < 40; index += 1) {
    const holders = [
      { kind: "address", id: `address ${index}` },
      { kind: "anonymous", id: "anonymous" },
    ] as const;
    void readSlots.take(holders, abort.signal).then(
      (giveBack) => taken.push(giveBack),
      () => {},
    );
  }
  await delay(0);
  assert.ok(taken.length >= 2 && taken.length < 40);
  const { signal } = new AbortController();
  taken.push(await readSlots.take([{ kind: "account", id: "one" }], signal));
  abort.abort();
  for (const giveBack of taken) giveBack();
});

test("what needs more memory than it may have is told to be too large, and not to be a bug", async () => {
  const comparison = {
    gitDir,
    old: EMPTY_TREE,
    new: bomb,
    paths: [],
    ignoresWhitespace: false,
    detectsRenames: true,
    signal: new AbortController().signal,
    memoryBytesMax: 48 * MIB,
  };
  await assert.rejects(
    listChanges(comparison),
    (error) => error instanceof Failure && error.kind === "timed-out",
  );
  const { signal } = comparison;
  const archive = streamLimitedGit("make the archive", ["archive", "--format=tar", bomb], {
    gitDir,
    signal,
    memoryBytesMax: 48 * MIB,
  });
  await assert.rejects(archive, (error) => error instanceof Failure && error.kind === "timed-out");
});

test("git ends with the process that has started it, when that is killed", async () => {
  const folder = await mkdtemp(join(tmpdir(), "pail-test-"));
  after(() => rm(folder, { recursive: true, force: true }));
  const source = new URL("../../src/git/process/git-process.ts", import.meta.url);
  const script = join(folder, "starter.mjs");
  await writeFile(
    script,
    `import { openSync } from "node:fs";
import { spawnGit, spawnGitInto } from ${JSON.stringify(source.href)};
const options = { gitDir: ${JSON.stringify(gitDir)} };
const file = openSync(${JSON.stringify(join(folder, "out"))}, "w");
const bomb = ${JSON.stringify(bomb)};
const ended = spawnGit(["version"], options);
ended.stdin.end();
ended.on("exit", () => {
  const children = [
    spawnGitInto(file, ["ls-tree", "-r", "--name-only", bomb], options),
    spawnGit(["ls-tree", "-r", bomb], { ...options, memoryBytesMax: ${1024 * MIB} }),
    spawnGit(["cat-file", "--batch"], options),
  ];
  process.stdout.write(children.map(({ pid }) => pid).join(" ") + "\\n");
});
setInterval(() => {}, 1000);
`,
  );
  const starter = spawn(process.execPath, [script], { stdio: ["ignore", "pipe", "inherit"] });
  const [line] = (await once(starter.stdout, "data")) as [Buffer];
  const pids = line.toString().trim().split(" ").map(Number);
  assert.equal(pids.length, 3);
  for (const pid of pids) assert.ok(isThere(pid));
  starter.kill("SIGKILL");
  await once(starter, "exit");
  while (pids.some(isThere)) await delay(10);
});

function isThere(pid: number): boolean {
  try {
    process.kill(-pid, 0);
    return true;
  } catch {
    return false;
  }
}
