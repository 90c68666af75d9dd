import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { openWriter, readAll, readSome } from "../../../tests/support/storage/response-writer.ts";
import type { Uuid } from "../../model/uuid.ts";
import { openDiskFetchResponses } from "./disk-fetch-responses.ts";
import type { FetchResponse, FetchResponseKey, FetchResponses } from "./fetch-responses.ts";

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

async function opened(response: Promise<FetchResponse | undefined>): Promise<FetchResponse> {
  const found = await response;
  assert.ok(found);
  return found;
}

/** Until it is read under its name. */
async function untilCached(responses: FetchResponses, digest: string): Promise<void> {
  for (;;) {
    const { outcome, content } = await opened(
      responses.open(keyOf(digest), NEVER, () => assert.fail("was not cached")),
    );
    await readAll(content);
    if (outcome === "hit") return;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

async function cacheWhole(responses: FetchResponses, digest: string, text: string) {
  const writer = openWriter();
  const response = await opened(responses.open(keyOf(digest), NEVER, writer.start));
  writer.write(text);
  writer.end();
  assert.equal(await readAll(response.content), text);
  await untilCached(responses, digest);
}

test("is written once and then read by everybody, also by another process", async () => {
  const { folder, responses } = await openInFolder();
  await cacheWhole(responses, "aa", "pack");
  for (const each of [responses, openDiskFetchResponses(folder, 1_000_000)]) {
    const cached = await opened(each.open(keyOf("aa"), NEVER, () => assert.fail("started a second writer")));
    assert.equal(cached.outcome, "hit");
    assert.equal(await readAll(cached.content), "pack");
  }
});

test("is read by another process as soon as it is complete, before it is synced", async () => {
  const { folder, responses } = await openInFolder();
  const writer = openWriter();
  const first = await opened(responses.open(keyOf("aa"), NEVER, writer.start));
  writer.write("pack");
  writer.end();
  await readAll(first.content);
  const other = openDiskFetchResponses(folder, 1_000_000);
  for (;;) {
    const next = openWriter();
    const { outcome, content } = await opened(other.open(keyOf("aa"), NEVER, next.start));
    if (outcome === "hit") {
      assert.equal(await readAll(content), "pack");
      break;
    }
    content.close();
    await new Promise((resolve) => setImmediate(resolve));
  }
});

test("gets its lasting name when it has been synced, and has its content under it", async () => {
  const { folder } = await openInFolder();
  const responses = openDiskFetchResponses(folder, 1_000_000, 0);
  await cacheWhole(responses, "aa", "pack");
  const names = () => readdir(join(folder, REPOSITORY));
  while (!(await names()).includes("aa")) await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(await names(), ["aa"]);
  const cached = await opened(responses.open(keyOf("aa"), NEVER, () => assert.fail("was made again")));
  assert.deepEqual([cached.outcome, await readAll(cached.content)], ["hit", "pack"]);
});

test("lets go of a reader who closes while there is nothing to read", async () => {
  const { responses } = await openInFolder();
  const writer = openWriter();
  const stays = await opened(responses.open(keyOf("aa"), NEVER, writer.start));
  const goes = await opened(responses.open(keyOf("aa"), NEVER, writer.start));
  const read = readSome(goes.content);
  // The read has come to the end of what is written, and waits.
  await new Promise((resolve) => setTimeout(resolve, 10));
  goes.content.close();
  assert.equal(await read, "");
  assert.equal(writer.state.stops, 0);
  writer.write("pack");
  writer.end();
  assert.equal(await readAll(stays.content), "pack");
});

test("is read by a second reader from its beginning while it is still written", async () => {
  const { responses } = await openInFolder();
  const writer = openWriter();
  const first = await opened(responses.open(keyOf("aa"), NEVER, writer.start));
  writer.write("first ");
  assert.equal(await readSome(first.content), "first ");
  const second = await opened(responses.open(keyOf("aa"), NEVER, writer.start));
  assert.deepEqual([first.outcome, second.outcome, writer.state.starts], ["miss", "coalesced", 1]);
  assert.equal(await readSome(second.content), "first ");
  writer.write("second");
  const rest = Promise.all([readAll(first.content), readAll(second.content)]);
  writer.end();
  assert.deepEqual(await rest, ["second", "second"]);
  assert.equal(await second.isComplete, true);
});

test("goes on for the second reader when the first reader goes away, and is stopped when the last does", async () => {
  const { responses } = await openInFolder();
  const writer = openWriter();
  const first = await opened(responses.open(keyOf("aa"), NEVER, writer.start));
  const second = await opened(responses.open(keyOf("aa"), NEVER, writer.start));
  first.content.close();
  assert.equal(writer.state.stops, 0);
  second.content.close();
  assert.equal(await second.isComplete, false);
  assert.equal(writer.state.stops, 1);
  const next = openWriter();
  const again = await opened(responses.open(keyOf("aa"), NEVER, next.start));
  assert.equal(again.outcome, "miss");
  next.end();
  await readAll(again.content);
  await untilCached(responses, "aa");
});

test("is not cached when its writer fails", async () => {
  const { folder, responses } = await openInFolder();
  const writer = openWriter();
  const response = await opened(responses.open(keyOf("aa"), NEVER, writer.start));
  writer.write("half");
  writer.end(false);
  assert.equal(await readAll(response.content), "half");
  assert.equal(await response.isComplete, false);
  const next = openWriter();
  const again = await opened(responses.open(keyOf("aa"), NEVER, next.start));
  assert.equal(again.outcome, "miss");
  next.end(false);
  await readAll(again.content);
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
  if (!isUnwanted.aborted) await once(isUnwanted, "abort");
});

test("drops the longest unused responses beyond its room", async () => {
  const { folder, responses } = await openInFolder(1_000);
  for (let index = 0; index < 30; index += 1) await cacheWhole(responses, `e${index}`, "x".repeat(100));
  const { length } = await readdir(join(folder, REPOSITORY));
  assert.ok(length <= 10, `${length} responses of 100 bytes in 1,000 bytes`);
  const last = await opened(responses.open(keyOf("e29"), NEVER, () => assert.fail("was dropped")));
  await readAll(last.content);
});

test("takes no response that would fill a quarter of its room", async () => {
  const { responses } = await openInFolder(1_000);
  assert.equal(await responses.open(keyOf("aa", 251), NEVER, () => assert.fail("was started")), undefined);
});

test("is removed with its repository", async () => {
  const { folder, responses } = await openInFolder();
  await cacheWhole(responses, "aa", "pack");
  await responses.removeRepository(REPOSITORY);
  assert.deepEqual(await readdir(folder), []);
});

test("sweeps what processes that are gone have left, and nothing else", async () => {
  const { folder, responses } = await openInFolder();
  await cacheWhole(responses, "aa", "pack");
  const left = join(folder, REPOSITORY, `bb.999999999-${REPOSITORY}.unfinished`);
  const underWay = join(folder, REPOSITORY, `bb.${process.ppid}-${REPOSITORY}.unfinished`);
  await writeFile(left, "");
  await writeFile(underWay, "");
  await responses.sweep();
  const names = (await readdir(join(folder, REPOSITORY))).sort();
  assert.deepEqual(
    [names.length, names[0]?.startsWith("aa."), names[1]],
    [2, true, underWay.split("/").at(-1)],
  );
});
