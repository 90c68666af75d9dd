import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import {
  closeSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { cachedIndexBytes, openPackIndex, type PackIndex } from "./pack-index.ts";

const folder = mkdtempSync(join(tmpdir(), "pail-index-"));
after(() => rmSync(folder, { recursive: true }));

const idOf = (number: number) => createHash("sha1").update(String(number)).digest();
const evenly = (size: number) => Array.from({ length: size }, (_, number) => idOf(number));

/** gitformat-pack(5), version 2, as far as it is read: all checksums are zeros. Every third offset is a large one. */
function writeIndex(ids: readonly Buffer[]): { readonly path: string; offsetOf(position: number): number } {
  const offsetOf = (position: number) => (position % 3 === 0 ? 5_000_000_000 + position : 12 + position);
  const head = Buffer.alloc(8 + 256 * 4);
  head.writeUInt32BE(0xff744f63, 0);
  head.writeUInt32BE(2, 4);
  const counts = new Array<number>(256).fill(0);
  for (const id of ids) counts[id[0]!]! += 1;
  let below = 0;
  for (const [byte, count] of counts.entries()) {
    below += count;
    head.writeUInt32BE(below, 8 + byte * 4);
  }
  const offsets = Buffer.alloc(ids.length * 4);
  const large: Buffer[] = [];
  for (const position of ids.keys()) {
    const isLarge = offsetOf(position) >= 0x80000000;
    offsets.writeUInt32BE(isLarge ? 0x80000000 + large.length : offsetOf(position), position * 4);
    if (!isLarge) continue;
    const bytes = Buffer.alloc(8);
    bytes.writeBigUInt64BE(BigInt(offsetOf(position)));
    large.push(bytes);
  }
  const path = join(folder, "index");
  writeFileSync(
    path,
    Buffer.concat([head, ...ids, Buffer.alloc(ids.length * 4), offsets, ...large, Buffer.alloc(40)]),
  );
  return { path, offsetOf };
}

function near(id: Buffer, by: 1 | -1): Buffer {
  const other = Buffer.from(id);
  other.writeUInt32BE((other.readUInt32BE(16) + by) >>> 0, 16);
  return other;
}

/** Ids that somebody chose: alike in all but the last bytes, where a guess by the first ones is of no use. */
const together = (first: number, size: number) =>
  Array.from({ length: size }, (_, number) => {
    const id = Buffer.alloc(20, first);
    id.writeUInt32BE(number * 7 + 1, 16);
    return id;
  });

for (const [which, ids] of [
  ["no ids", []],
  ["one id", [idOf(1)]],
  ["as many as are read at once", together(0x80, 128)],
  ["one more than are read at once", together(0x80, 129)],
  ["ids that are spread evenly", evenly(40_000)],
  ["ids that lie together at the beginning of what they could be", together(0x00, 5_000)],
  ["ids that lie together at its end", together(0xff, 5_000)],
  ["ids that lie together in the midst of others", [...together(0x42, 5_000), ...evenly(5_000)]],
] as const) {
  for (const [where, cachedBytesMax] of [
    ["on the disk", 0],
    ["in memory", 1024 * 1024],
  ] as const)
    test(`finds each of ${which} ${where}, and none that is next to one`, () => {
      const sorted = [...ids].sort(Buffer.compare);
      const { path, offsetOf } = writeIndex(sorted);
      const file = openSync(path, "r");
      try {
        const index = openPackIndex(file, cachedBytesMax)!;
        const known = new Set(sorted.map((id) => id.toString("hex")));
        for (const [position, id] of sorted.entries()) {
          assert.equal(index.find(id), offsetOf(position));
          for (const other of [near(id, 1), near(id, -1)])
            assert.equal(index.find(other) === undefined, !known.has(other.toString("hex")));
        }
        assert.equal(cachedIndexBytes(), cachedBytesMax === 0 ? 0 : 24 * ids.length);
        for (const byte of [0x00, 0x42, 0x7f, 0xff])
          assert.equal(index.find(Buffer.alloc(20, byte)), undefined);
        index.close();
        assert.equal(cachedIndexBytes(), 0);
      } finally {
        closeSync(file);
      }
    });
}

/** Looks for each id until the index is in memory, or would be. */
function askOften(index: PackIndex, ids: readonly Buffer[], offsetOf: (position: number) => number): void {
  for (let position = 0; position <= ids.length / 256 + 1; position += 1)
    assert.equal(index.find(ids[position]!), offsetOf(position));
}

test("an index is cached in memory when it has been asked often, as long as all of them have room", () => {
  const ids = evenly(3000).sort(Buffer.compare);
  const { path, offsetOf } = writeIndex(ids);
  const file = openSync(path, "r");
  try {
    const bytes = 24 * ids.length;
    const indexes = Array.from({ length: 4 }, () => openPackIndex(file, 3.5 * bytes)!);
    assert.equal(indexes[0]!.find(ids[7]!), offsetOf(7));
    assert.equal(cachedIndexBytes(), 0);
    for (const index of indexes) askOften(index, ids, offsetOf);
    assert.equal(cachedIndexBytes(), 3 * bytes);
    for (const index of indexes) {
      for (const position of [0, 1, 2, 1000, 2999])
        assert.equal(index.find(ids[position]!), offsetOf(position));
      index.close();
      index.close();
    }
    assert.equal(cachedIndexBytes(), 0);
    askOften(indexes[0]!, ids, offsetOf);
    assert.equal(cachedIndexBytes(), 0);
  } finally {
    closeSync(file);
  }
});

for (const [what, harm] of [
  ["cut off", (path: string) => truncateSync(path, statSync(path).size / 2)],
  ["with counts that fall", (path: string) => writeFileSync(path, withByte(path, 8 + 4 * 100, 0xff))],
  ["of another version", (path: string) => writeFileSync(path, withByte(path, 7, 3))],
] as const) {
  test(`does not open one ${what}`, () => {
    const { path } = writeIndex(evenly(1000).sort(Buffer.compare));
    harm(path);
    const file = openSync(path, "r");
    assert.equal(openPackIndex(file), undefined);
    closeSync(file);
  });
}

test("throws if it is cut off later, and does not take what it cannot read for missing", () => {
  const ids = evenly(1000).sort(Buffer.compare);
  const { path } = writeIndex(ids);
  const file = openSync(path, "r");
  const index = openPackIndex(file)!;
  truncateSync(path, 2000);
  assert.throws(() => index.find(ids[900]!), /cut off/);
  closeSync(file);
});

function withByte(path: string, at: number, byte: number): Buffer {
  const bytes = readFileSync(path);
  bytes[at] = byte;
  return bytes;
}
