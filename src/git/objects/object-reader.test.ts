import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { chmod, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { setImmediate } from "node:timers/promises";
import { openRealGit } from "../../../tests/support/git/real-git.ts";
import { Failure } from "../../model/failure.ts";
import type { ObjectId } from "../../model/object-id.ts";
import { GitError } from "../process/git-process.ts";
import { type ObjectReader, type ObjectReaderOptions, openObjectReader } from "./object-reader.ts";

const git = openRealGit();
const MISSING = "f".repeat(40) as ObjectId;

async function createRepository(): Promise<string> {
  const folder = git.newPath("repository.git");
  await git.out(["init", "--bare", "--quiet"], { folder });
  return folder;
}

async function addBlob(folder: string, content: string | Buffer): Promise<ObjectId> {
  const id = await git.out(["hash-object", "-t", "blob", "-w", "--stdin"], { folder, input: content });
  return id as ObjectId;
}

/** A line of commits with empty trees, the first one without parent. */
async function addCommits(folder: string, count: number): Promise<ObjectId[]> {
  const stream = Array.from({ length: count }, (_, index) =>
    ["commit refs/heads/main", `committer C <c@c> ${index} +0000`, "data 4", `${index}`.padStart(4), ""].join(
      "\n",
    ),
  );
  await git.out(["fast-import", "--quiet"], { folder, input: stream.join("\n") });
  const ids = await git.out(["rev-list", "--reverse", "refs/heads/main"], { folder });
  return ids.split("\n") as ObjectId[];
}

function open(context: TestContext, options: ObjectReaderOptions = {}): ObjectReader {
  const reader = openObjectReader(options);
  context.after(() => reader.close());
  return reader;
}

/** The ids of git processes that have the folder as their working directory. Linux tells it in /proc. */
function processesIn(folder: string): number[] {
  const ids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  return ids.map(Number).filter((id) => {
    try {
      // A zombie's directory cannot be read.
      return (
        readlinkSync(`/proc/${id}/cwd`) === folder &&
        readFileSync(`/proc/${id}/stat`, "utf8").includes("(git)")
      );
    } catch {
      return false;
    }
  });
}

test("reads headers, contents and commits, and finds nothing under an unknown id", async (context) => {
  const folder = await createRepository();
  const blob = await addBlob(folder, "one\ntwo\n");
  const [commit] = await addCommits(folder, 1);
  const reader = open(context);
  assert.deepEqual(await reader.readHeader(folder, blob), { type: "blob", size: 8 });
  assert.deepEqual(await reader.readObject(folder, blob), {
    type: "blob",
    content: Buffer.from("one\ntwo\n"),
  });
  assert.equal((await reader.readCommit(folder, commit!))?.message, "   0");
  assert.equal(await reader.readCommit(folder, blob), undefined);
  assert.equal(await reader.readHeader(folder, MISSING), undefined);
  assert.equal(await reader.readObject(folder, MISSING), undefined);
  assert.equal(await reader.readCommit(folder, MISSING), undefined);
});

test("reads what git reads, byte by byte, whatever is in it", async (context) => {
  const folder = await createRepository();
  const content = Buffer.alloc(300_000, Buffer.from(Array.from({ length: 251 }, (_, index) => index)));
  const id = await addBlob(folder, content);
  const object = await open(context).readObject(folder, id);
  assert.ok(object?.content.equals(content));
});

test("reads hundreds of commits in their order, and leaves out what is no commit", async (context) => {
  const folder = await createRepository();
  const blob = await addBlob(folder, "x");
  const ids = await addCommits(folder, 300);
  const reader = open(context);
  const commits = await reader.readCommits(folder, [blob, ...ids, MISSING, ids[0]!]);
  assert.deepEqual(
    commits.map((commit) => commit.id),
    [...ids, ids[0]],
  );
  assert.deepEqual(await reader.readCommits(folder, []), []);
});

test("finds objects that arrive while its process runs", async (context) => {
  const folder = await createRepository();
  const reader = open(context, { processesPerRepositoryMax: 1 });
  const first = await addBlob(folder, "first");
  const other = await createRepository();
  const second = await addBlob(other, "second");
  assert.notEqual(await reader.readHeader(folder, first), undefined);
  assert.equal(await reader.readHeader(folder, second), undefined);
  const processes = processesIn(folder);
  const pack = await git.bytes(["pack-objects", "--stdout", "--quiet"], {
    folder: other,
    input: `${second}\n`,
  });
  await git.out(["index-pack", "--stdin"], { folder, input: pack });
  assert.notEqual(await reader.readHeader(folder, second), undefined);
  await git.out(["unpack-objects", "-q"], { folder, input: pack });
  const third = await addBlob(folder, "third");
  assert.notEqual(await reader.readHeader(folder, third), undefined);
  assert.deepEqual(processesIn(folder), processes);
  assert.equal(processes.length, 1);
});

test("refuses an object above the limit by its id, and takes one at it", async (context) => {
  const folder = await createRepository();
  const atLimit = await addBlob(folder, "12345");
  const above = await addBlob(folder, "123456");
  const reader = open(context, { objectBytesMax: 5 });
  assert.equal((await reader.readObject(folder, atLimit))?.content.length, 5);
  await assert.rejects(reader.readObject(folder, above), (error) => {
    assert.ok(error instanceof Failure);
    assert.equal(error.kind, "too-large");
    assert.match(error.message, new RegExp(above));
    return true;
  });
  assert.deepEqual(await reader.readHeader(folder, above), { type: "blob", size: 6 });
});

test("reads an object of so many bytes, packed or not, and no larger one", async (context) => {
  const folder = await createRepository();
  const reader = open(context);
  const id = await addBlob(folder, "ten bytes.");
  const read = (bytesMax: number) => reader.readObjectUpTo(folder, id, bytesMax);
  for (const isPacked of [false, true]) {
    if (isPacked) {
      await git.out(["pack-objects", "-q", join(folder, "objects", "pack", "pack")], { folder, input: id });
      await git.out(["prune-packed"], { folder });
    }
    assert.equal((await read(10))?.content.toString(), "ten bytes.");
    assert.equal(await read(9), undefined);
  }
  assert.equal(await reader.readObjectUpTo(folder, MISSING, 10), undefined);
});

test("starts a new process for one that was killed, idle or asked", async (context) => {
  const folder = await createRepository();
  const ids: ObjectId[] = [];
  for (let index = 0; index < 20; index += 1) ids.push(await addBlob(folder, `blob ${index}`));
  const reader = open(context, { processesPerRepositoryMax: 1 });
  await reader.readHeader(folder, ids[0]!);
  const [killed] = processesIn(folder);
  const asked = Promise.all(ids.map((id) => reader.readObject(folder, id)));
  process.kill(killed!, "SIGKILL");
  const objects = await asked;
  assert.ok(objects.every((object) => object !== undefined));
  assert.notDeepEqual(processesIn(folder), [killed]);
  process.kill(processesIn(folder)[0]!, "SIGKILL");
  assert.notEqual(await reader.readHeader(folder, ids[1]!), undefined);
});

/** Zeroes what is inside a loose object, so that its header can be read and its content cannot. */
async function damage(folder: string, id: ObjectId): Promise<void> {
  const path = join(folder, "objects", id.slice(0, 2), id.slice(2));
  const bytes = await readFile(path);
  await chmod(path, 0o600);
  await writeFile(path, bytes.fill(0, Math.floor(bytes.length / 2)));
}

test("a damaged object fails alone, and those asked beside it are read", async (context) => {
  const folder = await createRepository();
  const random = Buffer.from(
    Array.from({ length: 20_000 }, (_, index) => (index * index * 31 + (index >> 3)) & 0xff),
  );
  const damaged = await addBlob(folder, random);
  const good: ObjectId[] = [];
  for (let index = 0; index < 5; index += 1) good.push(await addBlob(folder, `good ${index}`));
  await damage(folder, damaged);
  const reader = open(context, { processesPerRepositoryMax: 1 });
  const asked = [...good, damaged, ...good].map((id) => reader.readObject(folder, id));
  const outcomes = await Promise.allSettled(asked);
  assert.deepEqual(
    outcomes.map((outcome) => outcome.status),
    [...good.map(() => "fulfilled"), "rejected", ...good.map(() => "fulfilled")],
  );
  const refused = outcomes[good.length];
  assert.ok(refused?.status === "rejected" && refused.reason instanceof GitError);
});

test("a folder that is not there, or is no repository, is an error", async (context) => {
  const reader = open(context);
  const folder = git.newPath("nothing.git");
  await assert.rejects(reader.readHeader(folder, MISSING), GitError);
  await assert.rejects(reader.readHeader(git.root, MISSING), GitError);
});

test("keeps to its numbers of processes while many repositories are read at once", async (context) => {
  const reader = open(context, { processesPerRepositoryMax: 2, processesMax: 3 });
  const folders = await Promise.all(Array.from({ length: 5 }, createRepository));
  const ids = await Promise.all(folders.map((folder) => addBlob(folder, "x")));
  let mostPerRepository = 0;
  let most = 0;
  const asked = folders.flatMap((folder, index) =>
    Array.from({ length: 60 }, async () => {
      const header = await reader.readHeader(folder, ids[index]!);
      const counts = folders.map((each) => processesIn(each).length);
      mostPerRepository = Math.max(mostPerRepository, ...counts);
      most = Math.max(
        most,
        counts.reduce((sum, count) => sum + count, 0),
      );
      return header?.size;
    }),
  );
  assert.deepEqual(new Set(await Promise.all(asked)), new Set([1]));
  assert.ok(mostPerRepository >= 1 && mostPerRepository <= 2, `${mostPerRepository} of one repository`);
  assert.ok(most <= 3, `${most} in all`);
});

test("reads a repository while another one's readers never stop", async (context) => {
  const reader = open(context, { processesPerRepositoryMax: 1, processesMax: 1 });
  const [busy, quiet] = [await createRepository(), await createRepository()];
  const [busyId, quietId] = [await addBlob(busy, "busy"), await addBlob(quiet, "quiet")];
  let isRead = false;
  const keepBusy = async () => {
    while (!isRead) await reader.readHeader(busy, busyId);
  };
  const others = Array.from({ length: 50 }, keepBusy);
  assert.notEqual(await reader.readHeader(quiet, quietId), undefined);
  isRead = true;
  await Promise.all(others);
});

/** Resolves when no process has the folder as its working directory: another program's end can only be looked for. */
async function untilNoneIn(folder: string): Promise<void> {
  const deadline = Date.now() + 120_000;
  while (processesIn(folder).length > 0) {
    assert.ok(Date.now() < deadline, "a process of git is still there");
    await setImmediate();
  }
}

test("ends a process that has been idle, and starts another when asked again", async (context) => {
  const folder = await createRepository();
  const id = await addBlob(folder, "x");
  const reader = open(context, { idleMs: 20 });
  await reader.readHeader(folder, id);
  await untilNoneIn(folder);
  assert.notEqual(await reader.readHeader(folder, id), undefined);
});

test("does not keep the program running while idle", async () => {
  const folder = await createRepository();
  const id = await addBlob(folder, "x");
  const module = JSON.stringify(new URL("object-reader.ts", import.meta.url).href);
  const program = `
    const { openObjectReader } = await import(${module});
    const header = await openObjectReader().readHeader(${JSON.stringify(folder)}, "${id}");
    console.log(header.size);`;
  const printed = execFileSync(process.execPath, ["--input-type=module", "--eval", program], {
    // Only so that a program that never ends is a failure, and not a run that never does.
    timeout: 300_000,
  });
  assert.equal(printed.toString(), "1\n");
  await untilNoneIn(folder);
});

test("forgets a repository: the old process answers nothing more, and commits are read anew", async (context) => {
  const folder = await createRepository();
  const [commit] = await addCommits(folder, 1);
  const reader = open(context);
  assert.notEqual(await reader.readCommit(folder, commit!), undefined);
  const asked = reader.readHeader(folder, commit!);
  reader.forget(folder);
  assert.notEqual(await asked, undefined);
  await untilNoneIn(folder);
  await rm(join(folder, "objects", "pack"), { recursive: true });
  await rm(join(folder, "objects", commit!.slice(0, 2)), { recursive: true, force: true });
  assert.equal(await reader.readCommit(folder, commit!), undefined);
});

test("does not show one repository's commit through another, though it is cached", async (context) => {
  const [folder, other] = [await createRepository(), await createRepository()];
  const [commit] = await addCommits(folder, 1);
  const reader = open(context);
  assert.notEqual(await reader.readCommit(folder, commit!), undefined);
  assert.equal(await reader.readCommit(other, commit!), undefined);
});

/** A repository whose alternates are a pipe that nobody writes to: git waits for ever when it looks for an object. */
async function createStalledRepository(): Promise<string> {
  const folder = await createRepository();
  execFileSync("mkfifo", [join(folder, "objects", "info", "alternates")]);
  return folder;
}

test("ends a process that does not answer, and fails all that it was asked as unavailable", async (context) => {
  const folder = await createStalledRepository();
  const reader = open(context, { stallMs: 30 });
  const asked = Array.from({ length: 10 }, () =>
    assert.rejects(reader.readHeader(folder, MISSING), { name: "Failure", kind: "unavailable" }),
  );
  await Promise.all(asked);
  await untilNoneIn(folder);
});

test("refuses what waits beyond the limit, and all that is open when it is closed", async (context) => {
  const folder = await createStalledRepository();
  // One process takes 16 requests; one more may wait.
  const reader = open(context, { processesPerRepositoryMax: 1, waitingMax: 1 });
  const unavailable = { name: "Failure", kind: "unavailable" };
  const open17 = Array.from({ length: 17 }, () =>
    assert.rejects(reader.readHeader(folder, MISSING), unavailable),
  );
  await assert.rejects(reader.readHeader(folder, MISSING), { ...unavailable, message: /too many requests/ });
  await reader.close();
  await Promise.all(open17);
  assert.deepEqual(processesIn(folder), []);
  await assert.rejects(reader.readHeader(folder, MISSING), { ...unavailable, message: /stopping/ });
});
