import assert from "node:assert/strict";
import { Readable } from "node:stream";
import { test } from "node:test";
import { pino } from "pino";
import { openMemoryObjectStore } from "../../../tests/support/object-store/memory-object-store.ts";
import { Failure } from "../../model/failure.ts";
import { ShortObjectError } from "./object-store.ts";
import { watchObjectStore } from "./watch-object-store.ts";

async function readAll(pieces: AsyncIterable<unknown>): Promise<void> {
  for await (const _piece of pieces);
}

const failure = () => new Failure("unavailable", "Cannot read", { reason: "6 tries" });

test("an outage is two lines, however many requests fail, and each failed read is counted", async () => {
  const lines: { readonly level: number; readonly msg: string }[] = [];
  const log = pino({ level: "info" }, { write: (line: string) => void lines.push(JSON.parse(line)) });
  const memory = openMemoryObjectStore();
  let isAway = false;
  const { store, counts } = watchObjectStore(
    {
      ...memory,
      read: (key, range, signal) => (isAway ? Promise.reject(failure()) : memory.read(key, range, signal)),
      readBytes: (key, range) => (isAway ? Promise.reject(failure()) : memory.readBytes(key, range)),
      findBytes: (key) => (isAway ? Promise.reject(failure()) : memory.findBytes(key)),
      async *list(prefix) {
        if (isAway) throw failure();
        yield* memory.list(prefix);
      },
    },
    log,
  );
  const said = () => lines.splice(0).map(({ level, msg }) => [level, msg]);
  await store.write("one", Buffer.from("1"));
  await assert.rejects(store.readBytes("none"));
  const isShort = (error: unknown) => error instanceof ShortObjectError;
  await assert.rejects(store.readBytes("one", { first: 5, last: 9 }), isShort);
  assert.deepEqual([said(), counts()], [[], { failedReads: 0 }], "what is not there is an answer");
  for (let outage = 1; outage <= 2; outage += 1) {
    isAway = true;
    await assert.rejects(store.findBytes("one"));
    await assert.rejects(store.read("one"));
    await assert.rejects(store.readBytes("one"));
    await assert.rejects(readAll(store.list("")));
    assert.deepEqual(said(), [[40, "the object store does not answer"]]);
    isAway = false;
    assert.equal((await store.readBytes("one")).toString(), "1");
    await store.findBytes("one");
    assert.deepEqual(said(), [[30, "the object store answers again"]]);
    assert.deepEqual(counts(), { failedReads: 2 * outage });
  }
});

test("a stream that is cut off for good is a failed read", async () => {
  const lines: string[] = [];
  const log = pino({ level: "info" }, { write: (line: string) => void lines.push(line) });
  const broken = async () =>
    Readable.from(
      (async function* () {
        yield Buffer.from("1");
        throw failure();
      })(),
    );
  const { store, counts } = watchObjectStore({ ...openMemoryObjectStore(), read: broken }, log);
  await assert.rejects(readAll(await store.read("one")));
  assert.deepEqual([counts(), lines.length], [{ failedReads: 1 }, 1]);
});
