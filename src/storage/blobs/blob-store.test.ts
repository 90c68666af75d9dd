import assert from "node:assert/strict";
import { hash } from "node:crypto";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { after, before, describe, test as nodeTest } from "node:test";
import type { Kysely } from "kysely";
import { newUuid } from "../../../tests/support/examples/sample-model.ts";
import { storeIsMissing } from "../../../tests/support/object-store/shared-store.ts";
import {
  BLOB_STORES,
  type BlobStoreInTest,
  openBlobStoreOf,
} from "../../../tests/support/storage/blob-stores.ts";
import { Failure } from "../../model/failure.ts";
import type { Uuid } from "../../model/uuid.ts";
import type { Schema } from "../sql/schema.ts";
import type { BlobId } from "./blob-store.ts";
import { openDiskBlobStore } from "./disk-blob-store.ts";

const root = mkdtempSync(join(tmpdir(), "pail-blobs-"));
after(() => rmSync(root, { recursive: true, force: true }));

const LIMIT = { bytesMax: 100 };
const isFailure = (kind: Failure["kind"]) => (error: unknown) =>
  error instanceof Failure && error.kind === kind;
const pieces = (text: string) => Readable.from([...text].map((character) => Buffer.from(character)));

for (const kind of BLOB_STORES)
  describe(`a blob store on ${kind}`, () => {
    const skip = kind === "an object store" ? storeIsMissing : false;
    // Each test is skipped, and not the suite, which would count for nothing.
    const test = (what: string, work: () => Promise<void>) => nodeTest(what, { skip }, work);
    let opened: BlobStoreInTest;
    before(async () => {
      if (skip === false) opened = await openBlobStoreOf(kind, join(root, newUuid()));
    });
    after(() => opened?.close());

    const newBlob = async (ownerUuid?: Uuid): Promise<BlobId> => ({
      ownerUuid: ownerUuid ?? (await opened.newOwner()),
      uuid: newUuid(),
    });
    /** As an operation does it: the row that refers to the blob is of the same transaction. */
    async function put(blob: BlobId, text: string, options = LIMIT): Promise<number> {
      const stored = await opened.store.put(blob, pieces(text), options);
      await opened.transaction((tx) => stored.record(tx));
      return stored.sizeBytes;
    }
    async function remove(blob: BlobId): Promise<void> {
      await opened.transaction((tx) => opened.store.release(tx, [blob]));
      await opened.store.delete(blob);
    }
    async function read(blob: BlobId): Promise<string | undefined> {
      const content = await opened.store.open(blob);
      return content && (await buffer(content)).toString();
    }
    const isThere = async (blob: BlobId) => (await opened.store.locate(blob)).found !== undefined;

    test("gives what was put to whoever asks", async () => {
      const { store } = opened;
      const blob = await newBlob();
      assert.equal(await store.open(blob), undefined);
      assert.equal((await store.locate(blob)).found, undefined);
      assert.equal(await put(blob, "content"), 7);
      assert.equal(await read(blob), "content");
      assert.equal((await store.locate(blob)).found?.sizeBytes, 7);
      assert.equal(await store.withFile(blob, (path) => readFile(path, "utf8")), "content");
    });

    test("holds a file of no bytes", async () => {
      const blob = await newBlob();
      assert.equal(await put(blob, ""), 0);
      assert.equal(await read(blob), "");
    });

    test("holds a file that is larger than a piece of it", async () => {
      const blob = await newBlob();
      const content = Buffer.alloc(300_000, "0123456789");
      const source = Readable.from([content.subarray(0, 100_000), content.subarray(100_000)]);
      const stored = await opened.store.put(blob, source, { bytesMax: content.length });
      await opened.transaction((tx) => stored.record(tx));
      assert.equal(hash("sha256", (await read(blob))!), hash("sha256", content));
      const { path, found } = await opened.store.locate(blob);
      assert.equal(found?.sizeBytes, 300_000, path);
    });

    test("leaves nothing of what is too large, breaks off, or has other bytes than it should", async () => {
      const { store } = opened;
      const blob = await newBlob();
      const earlier = await store.list();
      await assert.rejects(put(blob, "four", { bytesMax: 3 }), isFailure("too-large"));
      async function* broken() {
        yield Buffer.from("x");
        throw new Error("gone");
      }
      await assert.rejects(store.put(blob, broken(), LIMIT), /gone/);
      const wrong = store.put(blob, pieces("four"), { ...LIMIT, sha256: hash("sha256", "five") });
      await assert.rejects(wrong, isFailure("invalid-input"));
      assert.equal(await store.open(blob), undefined);
      assert.deepEqual(await store.list(), earlier);
      await store.sweep(async () => true);
      const right = { bytesMax: 4, sha256: hash("sha256", "four") };
      assert.equal((await store.put(blob, pieces("four"), right)).sizeBytes, 4);
    });

    test("reads what has been opened to its end, also when it is deleted", async () => {
      const { store } = opened;
      const blob = await newBlob();
      await put(blob, "content");
      const content = await store.open(blob);
      await remove(blob);
      await remove(blob);
      assert.equal((await buffer(content!)).toString(), "content");
      assert.equal(await store.open(blob), undefined);
      await assert.rejects(
        store.withFile(blob, (path) => readFile(path)),
        { code: "ENOENT" },
      );
    });

    test("has nothing more of what was discarded after a transaction that was rolled back", async () => {
      const { store } = opened;
      const blob = await newBlob();
      const stored = await store.put(blob, pieces("content"), LIMIT);
      await assert.rejects(
        opened.transaction(async (tx) => {
          await stored.record(tx);
          throw new Error("rolled back");
        }),
        /rolled back/,
      );
      await stored.discard("rolled-back");
      assert.equal(await store.open(blob), undefined);
      assert.equal(await isThere(blob), false);
    });

    test("keeps what was recorded, whoever believes that it was not", async () => {
      for (const text of ["content", "larger than a row ".repeat(5_000)]) {
        const blob = await newBlob();
        const stored = await opened.store.put(blob, pieces(text), { bytesMax: 1_000_000 });
        await opened.transaction((tx) => stored.record(tx));
        await stored.discard("unknown");
        assert.equal(await read(blob), text);
      }
    });

    test("lists all, and deletes all of one owner", async () => {
      const { store } = opened;
      const owner = await opened.newOwner();
      const [one, two, other] = [await newBlob(owner), await newBlob(owner), await newBlob()];
      for (const blob of [one, two, other]) await put(blob, "x");
      const uuids = async () => (await store.list()).map(({ uuid }) => uuid);
      for (const { uuid } of [one, two, other]) assert.ok((await uuids()).includes(uuid));
      await opened.deleteOwner(owner);
      await store.deleteOwner(owner);
      await store.deleteOwner(owner);
      const left = await uuids();
      assert.deepEqual(
        [one, two, other].map(({ uuid }) => left.includes(uuid)),
        [false, false, true],
      );
    });

    test("a sweep leaves nothing of what was about to get or lose a row and has none", async () => {
      const { store } = opened;
      const [recorded, lost, removed] = [await newBlob(), await newBlob(), await newBlob()];
      await put(removed, "x");
      await store.openIntent([recorded, lost, removed]);
      await put(recorded, "x");
      await store.put(lost, pieces("x"), LIMIT);
      await opened.transaction((tx) => store.release(tx, [removed]));
      await store.sweep(async ({ uuid }) => uuid === recorded.uuid);
      assert.deepEqual(
        [await isThere(recorded), await isThere(lost), await isThere(removed)],
        [true, false, false],
      );
    });

    if (kind.startsWith("an object store"))
      describe("with rows", () => {
        const objectsOf = (db: Kysely<Schema>) =>
          db.selectFrom("stored_object").select(["name", "state", "names"]).execute();

        test("small ones are in the database, and others in the store", async () => {
          const { database } = opened;
          const before = new Set((await objectsOf(database.kysely)).map(({ name }) => name));
          await put(await newBlob(), "small");
          await put(await newBlob(), "x".repeat(65_537), { bytesMax: 65_537 });
          const made = (await objectsOf(database.kysely)).filter(({ name }) => !before.has(name));
          assert.deepEqual(
            made.map(({ state, names }) => [state, names]),
            [
              ["named", 1],
              ["named", 1],
            ],
          );
          const inline = await database.kysely
            .selectFrom("inline_object")
            .where(
              "name",
              "in",
              made.map(({ name }) => name),
            )
            .select((eb) => eb.fn.count<number>("name").as("count"))
            .executeTakeFirstOrThrow();
          assert.equal(Number(inline.count), 1);
        });

        test("the object of what is released is unnamed, and of what is discarded condemned", async () => {
          const { database, store } = opened;
          const text = "x".repeat(65_537);
          const before = new Set((await objectsOf(database.kysely)).map(({ name }) => name));
          const blob = await newBlob();
          await put(blob, text, { bytesMax: 65_537 });
          await remove(blob);
          const stored = await store.put(await newBlob(), pieces(text), { bytesMax: 65_537 });
          await stored.discard("rolled-back");
          const made = (await objectsOf(database.kysely)).filter(({ name }) => !before.has(name));
          assert.deepEqual(made.map(({ state, names }) => [state, names]).sort(), [
            ["deleting", 0],
            ["unnamed", 0],
          ]);
          await assert.rejects(
            opened.transaction((tx) => stored.record(tx)),
            isFailure("unavailable"),
          );
        });
      });
  });

nodeTest("a sweep on disk asks about no more than what was under way, and once", async () => {
  const store = openDiskBlobStore(join(root, newUuid()));
  const newBlob = (): BlobId => ({ ownerUuid: newUuid(), uuid: newUuid() });
  const [kept, lost, confirmed, unmarked] = [newBlob(), newBlob(), newBlob(), newBlob()];
  await store.openIntent([kept, lost]);
  await (await store.openIntent([confirmed])).confirm();
  for (const blob of [kept, lost, confirmed, unmarked]) await store.put(blob, pieces("x"), LIMIT);
  const asked: BlobId[] = [];
  await store.sweep(async (blob) => {
    asked.push(blob);
    return blob.uuid === kept.uuid;
  });
  assert.deepEqual(asked.map(({ uuid }) => uuid).sort(), [kept.uuid, lost.uuid].sort());
  for (const [blob, isThere] of [
    [kept, true],
    [lost, false],
    [confirmed, true],
    [unmarked, true],
  ] as const)
    assert.equal((await store.locate(blob)).found !== undefined, isThere);
  await store.sweep(async () => assert.fail("nothing is left to be asked"));
});

nodeTest("a sweep on disk removes halves of files", async () => {
  const folder = join(root, newUuid());
  const store = openDiskBlobStore(folder);
  const blob: BlobId = { ownerUuid: newUuid(), uuid: newUuid() };
  await store.put(blob, pieces("x"), LIMIT);
  await writeFile(join(folder, "unfinished", newUuid()), "half");
  await store.sweep(async () => true);
  assert.deepEqual(readdirSync(join(folder, "unfinished")), []);
  assert.deepEqual(await store.list(), [blob]);
});
