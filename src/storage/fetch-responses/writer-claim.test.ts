import assert from "node:assert/strict";
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readdir, readlink, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { openWriter, readAll, readSome } from "../../../tests/support/storage/response-writer.ts";
import type { Uuid } from "../../model/uuid.ts";
import { isNamedRunning, OWN_PROCESS } from "../processes/process-name.ts";
import { openDiskFetchResponses } from "./disk-fetch-responses.ts";
import type { FetchResponse, FetchResponses, ResponseWriter } from "./fetch-responses.ts";
import { claimPath } from "./response-names.ts";

const REPOSITORY = "11111111-2222-4333-8444-555555555555" as Uuid;
const KEY = { repositoryUuid: REPOSITORY, digest: "aa", sizeBytesGuess: 0 };
const NEVER = new AbortController().signal;
const BYTES_MAX = 1_000_000;
const WRITER_PROGRAM = fileURLToPath(
  new URL("../../../tests/support/storage/write-response.ts", import.meta.url),
);
const skip = process.platform === "linux" ? false : "one process reads what another writes on Linux only";

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "pail-claims-"));
  after(() => rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 20 }));
  return folder;
}

/** Two stores over one folder, as two processes have them. */
async function openTwo() {
  const folder = await newFolder();
  return {
    folder,
    one: openDiskFetchResponses(folder, BYTES_MAX),
    other: openDiskFetchResponses(folder, BYTES_MAX),
  };
}

async function open(
  responses: FetchResponses,
  start: (file: number, isUnwanted: AbortSignal) => Promise<ResponseWriter> = () =>
    assert.fail("made it a second time"),
): Promise<FetchResponse> {
  const found = await responses.open(KEY, NEVER, start);
  assert.ok(found);
  return found;
}

async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const late = performance.now() + 120_000;
  while (!(await holds())) {
    if (performance.now() > late) assert.fail(`not within two minutes: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

async function namesIn(folder: string): Promise<string[]> {
  return readdir(join(folder, REPOSITORY));
}

test("what one process writes, another reads from its beginning and to its end", { skip }, async () => {
  const { folder, one, other } = await openTwo();
  const writer = openWriter();
  const first = await open(one, writer.start);
  writer.write("first ");
  const readers = await Promise.all([open(other), open(other)]);
  assert.deepEqual(
    [first, ...readers].map(({ outcome }) => outcome),
    ["miss", "coalesced", "coalesced"],
  );
  assert.equal(await readSome(readers[0].content), "first ");
  writer.write("second");
  const rest = Promise.all([first, ...readers].map(({ content }) => readAll(content)));
  writer.end();
  assert.deepEqual(await rest, ["first second", "second", "first second"]);
  assert.deepEqual(await Promise.all(readers.map(({ isComplete }) => isComplete)), [true, true]);
  await until("nothing but the response is left", async () => (await namesIn(folder)).length === 1);
  const cached = await open(other);
  assert.deepEqual([cached.outcome, await readAll(cached.content)], ["hit", "first second"]);
});

test("asked for by both at once, it is made once", { skip }, async () => {
  for (let time = 0; time < 20; time += 1) {
    const { one, other } = await openTwo();
    const writer = openWriter();
    const start = async (file: number) => {
      const started = await writer.start(file);
      writer.write("pack");
      return started;
    };
    const both = await Promise.all([open(one, start), open(other, start)]);
    assert.equal(writer.state.starts, 1);
    writer.end();
    assert.deepEqual(await Promise.all(both.map(({ content }) => readAll(content))), ["pack", "pack"]);
  }
});

test("goes on for another process when its own readers have gone, and ends when nobody reads it", {
  skip,
}, async () => {
  const { folder, one, other } = await openTwo();
  const writer = openWriter();
  const first = await open(one, writer.start);
  writer.write("first ");
  const second = await open(other);
  first.content.close();
  // Longer than it takes to withdraw the claim, to look and to announce it again.
  await new Promise((resolve) => setTimeout(resolve, 50));
  assert.equal(writer.state.stops, 0);
  const late = await open(other);
  writer.write("second");
  assert.equal(await readSome(late.content), "first second");
  late.content.close();
  second.content.close();
  await until("the writer is stopped", () => writer.state.stops === 1);
  await until("nothing is left", async () => (await namesIn(folder)).length === 0);
});

test("is made by whoever waits for it when its writer fails before the first byte", { skip }, async () => {
  const { one, other } = await openTwo();
  const failing = Promise.withResolvers<ResponseWriter>();
  const started = Promise.withResolvers<void>();
  const start = () => {
    started.resolve();
    return failing.promise;
  };
  const refused = assert.rejects(open(one, start), /no place/);
  await started.promise;
  const writer = openWriter();
  const waiting = open(other, writer.start);
  await new Promise((resolve) => setTimeout(resolve, 50));
  assert.equal(writer.state.starts, 0);
  failing.reject(new Error("no place"));
  await refused;
  const own = await waiting;
  assert.equal(own.outcome, "miss");
  writer.write("pack");
  writer.end();
  assert.equal(await readAll(own.content), "pack");
});

test("ends for another process where a writer that fails has stopped, and is not complete", {
  skip,
}, async () => {
  const { one, other } = await openTwo();
  const writer = openWriter();
  const first = await open(one, writer.start);
  writer.write("half");
  const second = await open(other);
  writer.end(false);
  assert.deepEqual([await readAll(first.content), await readAll(second.content)], ["half", "half"]);
  assert.equal(await second.isComplete, false);
});

test("is read to its end though its repository is deleted meanwhile", { skip }, async () => {
  const { one, other } = await openTwo();
  const writer = openWriter();
  const first = await open(one, writer.start);
  writer.write("first ");
  const second = await open(other);
  await one.removeRepository(REPOSITORY);
  writer.write("second");
  writer.end();
  assert.equal(await readAll(second.content), "first second");
  assert.equal(await second.isComplete, true);
  assert.equal(await readAll(first.content), "first second");
});

test("lets go of who gives up waiting for another process, and leaves no trace of it", { skip }, async () => {
  const { folder, one, other } = await openTwo();
  const writer = openWriter();
  const first = await open(one, writer.start);
  const abort = new AbortController();
  const waiting = other.open(KEY, abort.signal, () => assert.fail("was made a second time"));
  const isLinked = async () => (await namesIn(folder)).some((name) => name.endsWith(".follower"));
  await until("it reads", isLinked);
  abort.abort(new Error("gone"));
  await assert.rejects(waiting, /gone/);
  await until("it reads no more", async () => !(await isLinked()));
  first.content.close();
  await until("the writer is stopped", () => writer.state.stops === 1);
});

/** A process of its own that writes `text`, and neither ends nor fails. */
async function startWriterProcess(folder: string, text: string): Promise<ChildProcess> {
  const child = fork(WRITER_PROGRAM, [folder, text], {
    stdio: ["ignore", "ignore", "inherit", "ipc"],
    execArgv: [],
  });
  after(() => child.kill("SIGKILL"));
  await once(child, "message");
  return child;
}

async function killWriter(child: ChildProcess): Promise<void> {
  const ended = once(child, "exit");
  child.kill("SIGKILL");
  await ended;
}

test("a writer that is killed in the middle ends it for its readers, and the next one writes it anew", {
  skip,
}, async () => {
  const folder = await newFolder();
  const child = await startWriterProcess(folder, "half");
  const responses = openDiskFetchResponses(folder, BYTES_MAX);
  const second = await open(responses);
  assert.deepEqual([second.outcome, await readSome(second.content)], ["coalesced", "half"]);
  const end = readAll(second.content);
  await killWriter(child);
  assert.deepEqual([await end, await second.isComplete], ["", false]);
  const writer = openWriter();
  const next = await open(responses, writer.start);
  assert.equal(next.outcome, "miss");
  writer.write("pack");
  writer.end();
  assert.equal(await readAll(next.content), "pack");
  await responses.sweep();
  await until("nothing but the response is left", async () => (await namesIn(folder)).length === 1);
});

test("a writer that is killed before its first byte leaves it to who waits", { skip }, async () => {
  const folder = await newFolder();
  const child = await startWriterProcess(folder, "");
  const responses = openDiskFetchResponses(folder, BYTES_MAX);
  const writer = openWriter();
  const waiting = open(responses, writer.start);
  await new Promise((resolve) => setTimeout(resolve, 50));
  assert.equal(writer.state.starts, 0);
  await killWriter(child);
  const own = await waiting;
  assert.equal(own.outcome, "miss");
  writer.write("pack");
  writer.end();
  assert.equal(await readAll(own.content), "pack");
});

test("nobody reads from a process that has the id of a writer that is gone", { skip }, async () => {
  const folder = await newFolder();
  const path = join(folder, REPOSITORY, KEY.digest);
  await mkdir(join(folder, REPOSITORY));
  const staging = `aa.${OWN_PROCESS.id}-${OWN_PROCESS.started! - 1}-${REPOSITORY}.unfinished`;
  await writeFile(join(folder, REPOSITORY, staging), "half");
  await symlink(staging, claimPath(path));
  const writer = openWriter();
  const response = await open(openDiskFetchResponses(folder, BYTES_MAX), writer.start);
  assert.equal(response.outcome, "miss");
  assert.notEqual(await readlink(claimPath(path)), staging);
  writer.end(false);
  await readAll(response.content);
});

test("a process is told from another one that had its id, and from one that has ended", { skip }, () => {
  assert.equal(isNamedRunning(OWN_PROCESS), true);
  assert.equal(isNamedRunning({ ...OWN_PROCESS, started: OWN_PROCESS.started! - 1 }), false);
  assert.equal(isNamedRunning({ id: 999_999_999, started: undefined }), false);
});
