import assert from "node:assert/strict";
import { hash, randomBytes } from "node:crypto";
import { closeSync, openSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { openFileContent } from "./file-content.ts";

const MEBIBYTE = 1024 * 1024;
const BUFFER_BYTES = 256 * 1024;

const folder = await mkdtemp(join(tmpdir(), "pail-content-"));
after(() => rm(folder, { recursive: true, force: true }));

/** Content of random bytes, whole. */
async function openRandom(sizeBytes: number, isInMemory = false) {
  const bytes = randomBytes(sizeBytes);
  const path = join(folder, `${sizeBytes}`);
  await writeFile(path, bytes);
  const file = openSync(path, "r");
  const state = { leaves: 0 };
  const growth = { sizeBytes, isInMemory, hasEnded: () => true, more: () => Promise.resolve() };
  const content = openFileContent(file, growth, () => {
    state.leaves += 1;
    closeSync(file);
  });
  return { content, state, bytes };
}

test("every byte is read once and in its order", async () => {
  const { content, state, bytes } = await openRandom(5 * MEBIBYTE + 4_321);
  const buffer = Buffer.alloc(BUFFER_BYTES);
  const parts: Buffer[] = [];
  for (let length = await content.read(buffer); length > 0; length = await content.read(buffer))
    parts.push(Buffer.from(buffer.subarray(0, length)));
  content.close();
  assert.equal(hash("sha256", Buffer.concat(parts)), hash("sha256", bytes));
  assert.equal(state.leaves, 1);
});

test("what is in memory is read at once, from the first byte on", async () => {
  const { content } = await openRandom(1_000, true);
  let hasTurned = false;
  setImmediate(() => {
    hasTurned = true;
  });
  assert.equal(await content.read(Buffer.alloc(BUFFER_BYTES)), 1_000);
  assert.equal(hasTurned, false);
  content.close();
});

test("a reader that is never kept waiting leaves others their turn in each mebibyte", async () => {
  const size = 32 * MEBIBYTE;
  const { content } = await openRandom(size);
  const buffer = Buffer.alloc(BUFFER_BYTES);
  let turns = 0;
  let isOver = false;
  const count = () => {
    turns += 1;
    if (!isOver) setImmediate(count);
  };
  setImmediate(count);
  let read = 0;
  for (let length = await content.read(buffer); length > 0; length = await content.read(buffer))
    read += length;
  isOver = true;
  content.close();
  assert.equal(read, size);
  assert.ok(turns >= 30, `${turns} turns`);
});

test("closed while it waits for its turn, it reads no more and is left once", async () => {
  const { content, state } = await openRandom(4 * MEBIBYTE);
  const buffer = Buffer.alloc(MEBIBYTE);
  // By a thread, at once, and then after the turn of others.
  for (const _ of [1, 2]) assert.equal(await content.read(buffer), MEBIBYTE);
  const waiting = content.read(buffer);
  content.close();
  assert.equal(state.leaves, 0, "the file is still in use");
  assert.equal(await waiting, 0);
  assert.equal(state.leaves, 1);
});
