import assert from "node:assert/strict";
import { closeSync, mkdtempSync, openSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { openPackBytes, READ_BYTES_MAX } from "./pack-bytes.ts";

const folder = mkdtempSync(join(tmpdir(), "pail-bytes-"));
const files: number[] = [];
after(() => {
  for (const file of files) closeSync(file);
  rmSync(folder, { recursive: true });
});

const SIZE = 300_000;
const content = (seed: number) => Buffer.from(Array.from({ length: SIZE }, (_, at) => (at * seed) >>> 5));

function open(name: string, bytes: Buffer) {
  const path = join(folder, name);
  // Under another name first, as git does it: what is open keeps its bytes.
  writeFileSync(`${path}.new`, bytes);
  renameSync(`${path}.new`, path);
  const file = openSync(path, "r");
  files.push(file);
  return openPackBytes(file);
}

function requireSame(read: Buffer, whole: Buffer, at: number, wanted: number): void {
  assert.ok(read.length >= Math.min(wanted, Math.max(whole.length - at, 0)), `${at} ${wanted}`);
  assert.ok(read.equals(whole.subarray(at, at + read.length)), `${at} ${wanted}`);
}

const READS = [
  [0, 30],
  [30, 200],
  [16_350, 30],
  [16_350, 35],
  [16_384, 1],
  [10, 40_000],
  [8, 1],
  [50_000, READ_BYTES_MAX],
  [SIZE - 10, 30],
  [SIZE - 30, 30],
  [SIZE, 30],
  [SIZE + 100, 30],
  [SIZE - 10, 30],
] as const;

test("reads what lies there, forwards and backwards, in two files by turns, up to their ends", () => {
  const wholes = [content(7), content(31)];
  const packs = wholes.map((whole, number) => open(`pack${number}`, whole));
  for (const [at, wanted] of READS)
    for (const [number, pack] of packs.entries())
      requireSame(pack.read(at, wanted), wholes[number]!, at, wanted);
  for (const [number, pack] of packs.entries())
    for (const [at, wanted] of READS) requireSame(pack.read(at, wanted), wholes[number]!, at, wanted);
});

test("reads the new file where another has taken its place, even with the same descriptor", () => {
  const [before, after] = [content(3), content(5)];
  requireSame(open("same", before).read(100, 30), before, 100, 30);
  const descriptor = files.pop()!;
  closeSync(descriptor);
  const pack = open("same", after);
  assert.equal(files.at(-1), descriptor);
  requireSame(pack.read(100, 30), after, 100, 30);
});
