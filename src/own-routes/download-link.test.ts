import assert from "node:assert/strict";
import { Readable } from "node:stream";
import { after, afterEach, test } from "node:test";
import type { MemoryObjectStore } from "../../tests/support/object-store/memory-object-store.ts";
import { startTestApp, TEST_OBJECT_STORE } from "../../tests/support/server/test-app.ts";
import { createDownloadLink } from "../operations/downloads/download-links.ts";
import { deleteDownload, storeDownloads } from "../operations/downloads/downloads.ts";
import { downloadLinkUrl } from "../representations/links.ts";
import { NoSuchObjectError, type ObjectStore } from "../storage/object-store/object-store.ts";

const app = await startTestApp({ objectStore: TEST_OBJECT_STORE });
after(() => app.close());
const { contents } = app.ports.stored!.store as MemoryObjectStore;

/** Too large for the database; and so large that it is sent while it is read. */
const SMALL_BYTES = 100_000;
const LARGE_BYTES = 1_000_000;

let key: string;
let path: string;

async function upload(sizeBytes: number): Promise<void> {
  const before = new Set(contents.keys());
  const source = Readable.from([Buffer.alloc(sizeBytes, "right bytes")]);
  const upload = { name: "file", source };
  await storeDownloads(app.ports, app.by, app.repository, app.owner, Readable.from([upload]));
  key = [...contents.keys()].find((each) => !before.has(each))!;
  const link = await createDownloadLink(app.ports, app.repository, "file");
  path = downloadLinkUrl({ html: "", api: "" }, link);
}

function change(made: (content: Buffer) => Buffer): void {
  const { content, changedAt } = contents.get(key)!;
  contents.set(key, { content: made(content), changedAt });
}

/** While `work` goes on, the store reads in another way. */
async function withReadBytes(
  other: (readBytes: ObjectStore["readBytes"]) => ObjectStore["readBytes"],
  work: () => Promise<void>,
): Promise<void> {
  const store: { readBytes: ObjectStore["readBytes"] } = app.ports.stored!.store;
  const { readBytes } = store;
  store.readBytes = other(readBytes);
  try {
    await work();
  } finally {
    store.readBytes = readBytes;
  }
}

const CHANGES: readonly (readonly [what: string, made: (content: Buffer) => Buffer])[] = [
  ["another first byte", (content) => Buffer.concat([Buffer.from("X"), content.subarray(1)])],
  ["another last byte", (content) => Buffer.concat([content.subarray(0, -1), Buffer.from("X")])],
  ["less bytes", (content) => content.subarray(0, -1)],
  ["no bytes", () => Buffer.alloc(0)],
];

/** The lines of a request: the one of each request comes last, soon after its answer. */
async function linesSince(start: number): Promise<readonly Record<string, unknown>[]> {
  for (let waitedMs = 0; ; waitedMs += 5) {
    const lines = app.logLines.slice(start);
    if (lines.some(({ msg }) => msg === "request") || waitedMs > 5_000) return lines;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

const isError = ({ level }: Record<string, unknown>) => level === 50;

afterEach(() => deleteDownload(app.ports, app.by, app.repository, "file").catch(() => {}));

for (const [what, made] of CHANGES)
  test(`a small download with ${what} is answered 503, with an error in the log`, async () => {
    await upload(SMALL_BYTES);
    change(made);
    const start = app.logLines.length;
    const answer = await fetch(app.url + path);
    assert.equal(answer.status, 503);
    assert.doesNotMatch(await answer.text(), /bytes right/);
    const lines = await linesSince(start);
    assertLogged(lines, 503);
  });

for (const [what, made] of CHANGES)
  test(`a large download with ${what} never comes to its end, and there is an error in the log`, async () => {
    await upload(LARGE_BYTES);
    change(made);
    const start = app.logLines.length;
    const answer = await fetch(app.url + path);
    if (answer.status === 200) await assert.rejects(answer.arrayBuffer(), /terminated/);
    else assert.equal(answer.status, 503);
    assertLogged(await linesSince(start), answer.status);
  });

function assertLogged(lines: readonly Record<string, unknown>[], status: number): void {
  const errors = lines.filter(isError);
  assert.equal(errors.length, 1, JSON.stringify(lines));
  assert.equal(errors[0]!["repository.uuid"], app.repository.uuid);
  assert.equal(errors[0]!["object.name"], key.slice(key.lastIndexOf("/") + 1));
  const requests = lines.filter(({ msg }) => msg === "request");
  assert.equal(requests.length, 1);
  assert.deepEqual([requests[0]!.status, requests[0]!["failure.kind"]], [status, "unavailable"]);
}

test("a small download that is wrong once is asked for again", async () => {
  await upload(SMALL_BYTES);
  const right = contents.get(key)!;
  change(CHANGES[0]![1]);
  await withReadBytes(
    (readBytes) =>
      async (...given) => {
        const bytes = await readBytes(...given);
        contents.set(key, right);
        return bytes;
      },
    async () => {
      const answer = await fetch(app.url + path);
      assert.equal(answer.status, 200);
      assert.ok(Buffer.from(await answer.arrayBuffer()).equals(right.content));
    },
  );
});

for (const sizeBytes of [SMALL_BYTES, LARGE_BYTES])
  test(`a download of ${sizeBytes} bytes whose object is gone is lost, and not deleted`, async () => {
    await upload(sizeBytes);
    contents.delete(key);
    const start = app.logLines.length;
    assert.equal((await fetch(app.url + path)).status, 503);
    assertLogged(await linesSince(start), 503);
    await deleteDownload(app.ports, app.by, app.repository, "file");
    assert.equal((await fetch(app.url + path)).status, 404);
  });

test("a download that is deleted while it is asked for is not found, which is no error", async () => {
  await upload(SMALL_BYTES);
  const start = app.logLines.length;
  await withReadBytes(
    () => async () => {
      await deleteDownload(app.ports, app.by, app.repository, "file");
      throw new NoSuchObjectError(key);
    },
    async () => assert.equal((await fetch(app.url + path)).status, 404),
  );
  assert.deepEqual((await linesSince(start)).filter(isError), []);
});
