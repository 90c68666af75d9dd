import assert from "node:assert/strict";
import { once } from "node:events";
import { writeSync } from "node:fs";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { after, test } from "node:test";
import type { Uuid } from "../../model/uuid.ts";
import { openDiskFetchResponses } from "./disk-fetch-responses.ts";
import type { FetchResponse, FetchResponseKey, FetchResponses, ResponseWriter } from "./fetch-responses.ts";

const REPOSITORY = "11111111-2222-4333-8444-555555555555" as Uuid;
const NEVER = new AbortController().signal;

async function openInFolder(bytesMax = 1_000_000) {
  const folder = await mkdtemp(join(tmpdir(), "pail-fetches-"));
  after(() => rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 20 }));
  return { folder, responses: openDiskFetchResponses(folder, bytesMax) };
}

function keyOf(digest: string, sizeBytesGuess = 0): FetchResponseKey {
  return { repositoryUuid: REPOSITORY, digest, sizeBytesGuess };
}

/** A writer that is told what to write and when to end. */
function openWriter() {
  const { promise: ended, resolve } = Promise.withResolvers<boolean>();
  const state = { starts: 0, stops: 0, file: -1 };
  return {
    state,
    start: async (file: number): Promise<ResponseWriter> => {
      state.starts += 1;
      state.file = file;
      return {
        ended,
        stop: () => {
          state.stops += 1;
          resolve(false);
        },
      };
    },
    write: (text: string) => writeSync(state.file, text),
    end: (isWhole = true) => resolve(isWhole),
  };
}

async function opened(response: Promise<FetchResponse | undefined>): Promise<FetchResponse> {
  const found = await response;
  assert.ok(found);
  return found;
}

/** Not by `data`: a stream that flows goes on when nobody listens. */
async function firstBytes(content: Readable): Promise<string> {
  await once(content, "readable");
  return String(content.read());
}

/** Until it is read under its name. */
async function untilKept(responses: FetchResponses, digest: string): Promise<void> {
  for (;;) {
    const { outcome, content } = await opened(
      responses.open(keyOf(digest), NEVER, () => assert.fail("was not kept")),
    );
    await buffer(content);
    if (outcome === "hit") return;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

async function keepWhole(responses: FetchResponses, digest: string, text: string) {
  const writer = openWriter();
  const response = await opened(responses.open(keyOf(digest), NEVER, writer.start));
  writer.write(text);
  writer.end();
  assert.equal((await buffer(response.content)).toString(), text);
  await untilKept(responses, digest);
}

test("is written once and then read by everybody, also by another process", async () => {
  const { folder, responses } = await openInFolder();
  await keepWhole(responses, "aa", "pack");
  for (const each of [responses, openDiskFetchResponses(folder, 1_000_000)]) {
    const kept = await opened(each.open(keyOf("aa"), NEVER, () => assert.fail("started a second writer")));
    assert.equal(kept.outcome, "hit");
    assert.equal((await buffer(kept.content)).toString(), "pack");
  }
});

test("is read by another process as soon as it is whole, before it is synced", async () => {
  const { folder, responses } = await openInFolder();
  const writer = openWriter();
  const leader = await opened(responses.open(keyOf("aa"), NEVER, writer.start));
  writer.write("pack");
  writer.end();
  await buffer(leader.content);
  const other = openDiskFetchResponses(folder, 1_000_000);
  for (;;) {
    const next = openWriter();
    const { outcome, content } = await opened(other.open(keyOf("aa"), NEVER, next.start));
    if (outcome === "hit") {
      assert.equal((await buffer(content)).toString(), "pack");
      break;
    }
    content.destroy();
    await new Promise((resolve) => setImmediate(resolve));
  }
});

test("is read by a follower from its beginning while it is still written", async () => {
  const { responses } = await openInFolder();
  const writer = openWriter();
  const leader = await opened(responses.open(keyOf("aa"), NEVER, writer.start));
  writer.write("first ");
  assert.equal(await firstBytes(leader.content), "first ");
  const follower = await opened(responses.open(keyOf("aa"), NEVER, writer.start));
  assert.deepEqual([leader.outcome, follower.outcome, writer.state.starts], ["miss", "follow", 1]);
  assert.equal(await firstBytes(follower.content), "first ");
  writer.write("second");
  const rest = Promise.all([buffer(leader.content), buffer(follower.content)]);
  writer.end();
  assert.deepEqual((await rest).map(String), ["second", "second"]);
  assert.equal(await follower.isWhole, true);
});

test("goes on for a follower when the first reader goes away, and is stopped when the last does", async () => {
  const { responses } = await openInFolder();
  const writer = openWriter();
  const leader = await opened(responses.open(keyOf("aa"), NEVER, writer.start));
  const follower = await opened(responses.open(keyOf("aa"), NEVER, writer.start));
  leader.content.destroy();
  await new Promise((resolve) => leader.content.once("close", resolve));
  assert.equal(writer.state.stops, 0);
  follower.content.destroy();
  assert.equal(await follower.isWhole, false);
  assert.equal(writer.state.stops, 1);
  const next = openWriter();
  const again = await opened(responses.open(keyOf("aa"), NEVER, next.start));
  assert.equal(again.outcome, "miss");
  next.end();
  await buffer(again.content);
  await untilKept(responses, "aa");
});

test("is not kept when its writer fails", async () => {
  const { folder, responses } = await openInFolder();
  const writer = openWriter();
  const response = await opened(responses.open(keyOf("aa"), NEVER, writer.start));
  writer.write("half");
  writer.end(false);
  assert.equal((await buffer(response.content)).toString(), "half");
  assert.equal(await response.isWhole, false);
  const next = openWriter();
  const again = await opened(responses.open(keyOf("aa"), NEVER, next.start));
  assert.equal(again.outcome, "miss");
  next.end(false);
  await buffer(again.content);
  assert.deepEqual(
    (await readdir(join(folder, REPOSITORY))).filter((name) => name === "aa"),
    [],
  );
});

test("tells everybody who waits why a writer could not begin", async () => {
  const { responses } = await openInFolder();
  const { promise: bothWait, resolve } = Promise.withResolvers<void>();
  let starts = 0;
  const failing = async () => {
    starts += 1;
    await bothWait;
    throw new Error("no place");
  };
  const both = [0, 1].map(() => responses.open(keyOf("aa"), NEVER, failing));
  const refused = Promise.all(both.map((each) => assert.rejects(each, /no place/)));
  while (starts === 0) await new Promise((done) => setImmediate(done));
  resolve();
  await refused;
  assert.equal(starts, 1);
});

test("lets go of who gives up waiting", async () => {
  const { responses } = await openInFolder();
  const abort = new AbortController();
  let isUnwanted: AbortSignal | undefined;
  const waiting = responses.open(keyOf("aa"), abort.signal, (_file, unwanted) => {
    isUnwanted = unwanted;
    return new Promise((_resolve, reject) =>
      unwanted.addEventListener("abort", () => reject(unwanted.reason)),
    );
  });
  while (isUnwanted === undefined) await new Promise((resolve) => setImmediate(resolve));
  abort.abort(new Error("gone"));
  await assert.rejects(waiting, /gone/);
  assert.equal(isUnwanted.aborted, true);
});

test("drops the longest unused responses beyond its room", async () => {
  const { folder, responses } = await openInFolder(1_000);
  for (let index = 0; index < 30; index += 1) await keepWhole(responses, `e${index}`, "x".repeat(100));
  const { length } = await readdir(join(folder, REPOSITORY));
  assert.ok(length <= 10, `${length} responses of 100 bytes in 1,000 bytes`);
  const last = await opened(responses.open(keyOf("e29"), NEVER, () => assert.fail("was dropped")));
  await buffer(last.content);
});

test("takes no response that would fill a quarter of its room", async () => {
  const { responses } = await openInFolder(1_000);
  assert.equal(await responses.open(keyOf("aa", 251), NEVER, () => assert.fail("was started")), undefined);
});

test("is removed with its repository", async () => {
  const { folder, responses } = await openInFolder();
  await keepWhole(responses, "aa", "pack");
  await responses.removeRepository(REPOSITORY);
  assert.deepEqual(await readdir(folder), []);
});

test("sweeps what processes that are gone have left, and nothing else", async () => {
  const { folder, responses } = await openInFolder();
  await keepWhole(responses, "aa", "pack");
  const left = join(folder, REPOSITORY, `bb.999999999-${REPOSITORY}.unfinished`);
  const underWay = join(folder, REPOSITORY, `bb.${process.ppid}-${REPOSITORY}.unfinished`);
  await writeFile(left, "");
  await writeFile(underWay, "");
  await responses.sweep();
  assert.deepEqual((await readdir(join(folder, REPOSITORY))).sort(), ["aa", underWay.split("/").at(-1)]);
});
