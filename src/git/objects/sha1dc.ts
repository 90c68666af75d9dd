import { setImmediate } from "node:timers/promises";
import type { ObjectId } from "../../model/object-id.ts";
import type { ObjectType } from "./object-type.ts";

/** A state of SHA-1: five words. */
type State = Int32Array;

const STEPS = 80;
const BLOCK_BYTES = 64;
/** After so many, some milliseconds of work, whoever else waits must have a turn. */
export const HASHED_AT_ONCE_BYTES = 16 * 1024;

/** FIPS 180-4: a constant for each twenty steps. */
const K0 = 0x5a827999;
const K1 = 0x6ed9eba1;
const K2 = 0x8f1bbcdc | 0;
const K3 = 0xca62c1d6 | 0;

/**
 * The disturbance vectors, as type, K and b, that all known attacks on SHA-1 and their cheaper relatives go by: Stevens and
 * Shumow, "Speeding up detection of SHA-1 collision attacks using unavoidable attack conditions" (2017), table 5. git
 * looks for the same ones.
 */
const VECTORS: readonly (readonly [type: 1 | 2, k: number, b: number])[] = [
  ...[43, 44, 45, 46, 47, 48, 49, 50, 51, 52].map((k) => [1, k, 0] as const),
  ...[46, 47, 48, 49, 50, 51].map((k) => [1, k, 2] as const),
  ...[45, 46, 47, 48, 49, 50, 51, 52, 53, 54, 55, 56].map((k) => [2, k, 0] as const),
  ...[46, 49, 50, 51].map((k) => [2, k, 2] as const),
];

/** Before which of these steps neither message of a pair differs in its state. */
const MEETING_STEPS = [58, 65] as const;

type Vector = { readonly differences: Int32Array; readonly meetsAt: 0 | 1 };

const rotl = (word: number, bits: number) => (word << bits) | (word >>> (32 - bits));

/** Where the two messages differ: each disturbance, and the five words that correct it (Chabaud and Joux, 1998). */
function openVector([type, k, b]: (typeof VECTORS)[number]): Vector {
  // Five words before the first step: corrections look back so far.
  const words = new Int32Array(STEPS + 5);
  const at = (step: number) => step + 5;
  words[at(k + 15)] = rotl(1, b);
  if (type === 2) for (const step of [k + 1, k + 3]) words[at(step)] = rotl(1, (b + 31) % 32);
  // SHA-1's own expansion, run from the sixteen words at K to both ends.
  for (let step = k + 16; step < STEPS; step += 1) {
    words[at(step)] = rotl(
      words[at(step - 3)]! ^ words[at(step - 8)]! ^ words[at(step - 14)]! ^ words[at(step - 16)]!,
      1,
    );
  }
  for (let step = k - 1; step >= -5; step -= 1) {
    words[at(step)] =
      rotl(words[at(step + 16)]!, 31) ^ words[at(step + 13)]! ^ words[at(step + 8)]! ^ words[at(step + 2)]!;
  }
  const differences = new Int32Array(STEPS);
  for (let step = 0; step < STEPS; step += 1) {
    differences[step] =
      words[at(step)]! ^
      rotl(words[at(step - 1)]!, 5) ^
      words[at(step - 2)]! ^
      rotl(words[at(step - 3)]! ^ words[at(step - 4)]! ^ words[at(step - 5)]!, 30);
  }
  const meets = MEETING_STEPS.findIndex((meeting) => {
    return words.subarray(at(meeting - 5), at(meeting)).every((word) => word === 0);
  });
  if (meets === -1) throw new Error(`the vector ${type} ${k} ${b} meets nowhere`);
  return { differences, meetsAt: meets as 0 | 1 };
}

const OPENED = VECTORS.map(openVector);

/**
 * SHA-1, and for each block a look whether another message with the same result is hidden in it, as git does it: the block
 * is changed by each vector, and the work is done again from the step in the middle where both messages have the same
 * state, back to the beginning and on to the end. A second does for a few megabytes: it is for small objects.
 *
 * @returns the id of an object of this content; undefined if it seems to be one of a pair that was made to collide.
 */
export async function hashObjectSha1dc(type: ObjectType, content: Buffer): Promise<ObjectId | undefined> {
  const bytes = Buffer.concat([Buffer.from(`${type} ${content.length}\0`), content]);
  return (await digestSha1dc(bytes)) as ObjectId | undefined;
}

/** The same for any bytes. */
export async function digestSha1dc(bytes: Buffer): Promise<string | undefined> {
  const padded = pad(bytes);
  const state = Int32Array.of(0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0);
  const words = new Int32Array(STEPS);
  const meetings = MEETING_STEPS.map(() => new Int32Array(5));
  for (let offset = 0; offset < padded.length; offset += BLOCK_BYTES) {
    if (offset % HASHED_AT_ONCE_BYTES === 0 && offset > 0) await setImmediate();
    for (let step = 0; step < 16; step += 1) words[step] = padded.readInt32BE(offset + 4 * step);
    for (let step = 16; step < STEPS; step += 1) {
      const mixed = words[step - 3]! ^ words[step - 8]! ^ words[step - 14]! ^ words[step - 16]!;
      words[step] = (mixed << 1) | (mixed >>> 31);
    }
    compress(words, state, meetings);
    for (const { differences, meetsAt } of OPENED)
      if (collides(words, differences, MEETING_STEPS[meetsAt], meetings[meetsAt]!, state)) return undefined;
  }
  const digest = Buffer.alloc(20);
  for (const [index, word] of state.entries()) digest.writeInt32BE(word, 4 * index);
  return digest.toString("hex");
}

/** FIPS 180-4, 5.1.1. */
function pad(bytes: Buffer): Buffer {
  const length = Math.ceil((bytes.length + 9) / BLOCK_BYTES) * BLOCK_BYTES;
  const padded = Buffer.alloc(length);
  bytes.copy(padded);
  padded[bytes.length] = 0x80;
  padded.writeBigUInt64BE(BigInt(bytes.length) * 8n, length - 8);
  return padded;
}

/** One block: adds to the state, and notes what it was before the meeting steps. */
function compress(words: Int32Array, state: State, meetings: readonly State[]): void {
  const work = state.slice();
  let from = 0;
  for (const [index, meeting] of MEETING_STEPS.entries()) {
    runForward(words, work, from, meeting);
    meetings[index]!.set(work);
    from = meeting;
  }
  runForward(words, work, from, STEPS);
  for (let index = 0; index < 5; index += 1) state[index] = state[index]! + work[index]!;
}

const changed = new Int32Array(STEPS);
const start = new Int32Array(5);
const end = new Int32Array(5);

function collides(
  words: Int32Array,
  differences: Int32Array,
  meeting: number,
  middle: State,
  result: State,
): boolean {
  for (let step = 0; step < STEPS; step += 1) changed[step] = words[step]! ^ differences[step]!;
  start.set(middle);
  end.set(middle);
  runBackward(changed, start, meeting);
  runForward(changed, end, meeting, STEPS);
  for (let index = 0; index < 5; index += 1)
    if (((start[index]! + end[index]!) | 0) !== result[index]) return false;
  return true;
}

// Four loops instead of one with a branch in it: these two functions are nearly all of the time.
function runForward(words: Int32Array, state: State, from: number, until: number): void {
  let a = state[0]!;
  let b = state[1]!;
  let c = state[2]!;
  let d = state[3]!;
  let e = state[4]!;
  let next = 0;
  let step = from;
  for (const stop = Math.min(until, 20); step < stop; step += 1) {
    next = (((a << 5) | (a >>> 27)) + (d ^ (b & (c ^ d))) + e + K0 + words[step]!) | 0;
    e = d;
    d = c;
    c = (b << 30) | (b >>> 2);
    b = a;
    a = next;
  }
  for (const stop = Math.min(until, 40); step < stop; step += 1) {
    next = (((a << 5) | (a >>> 27)) + (b ^ c ^ d) + e + K1 + words[step]!) | 0;
    e = d;
    d = c;
    c = (b << 30) | (b >>> 2);
    b = a;
    a = next;
  }
  for (const stop = Math.min(until, 60); step < stop; step += 1) {
    next = (((a << 5) | (a >>> 27)) + ((b & c) | (d & (b | c))) + e + K2 + words[step]!) | 0;
    e = d;
    d = c;
    c = (b << 30) | (b >>> 2);
    b = a;
    a = next;
  }
  for (; step < until; step += 1) {
    next = (((a << 5) | (a >>> 27)) + (b ^ c ^ d) + e + K3 + words[step]!) | 0;
    e = d;
    d = c;
    c = (b << 30) | (b >>> 2);
    b = a;
    a = next;
  }
  state[0] = a;
  state[1] = b;
  state[2] = c;
  state[3] = d;
  state[4] = e;
}

/** From the state before the step `from` back to the first, over step 40. */
function runBackward(words: Int32Array, state: State, from: number): void {
  let a = state[0]!;
  let b = state[1]!;
  let c = state[2]!;
  let d = state[3]!;
  let e = state[4]!;
  let next = 0;
  let step = from - 1;
  for (; step >= 60; step -= 1) {
    next = a;
    a = b;
    b = (c << 2) | (c >>> 30);
    c = d;
    d = e;
    e = (next - ((a << 5) | (a >>> 27)) - (b ^ c ^ d) - K3 - words[step]!) | 0;
  }
  for (; step >= 40; step -= 1) {
    next = a;
    a = b;
    b = (c << 2) | (c >>> 30);
    c = d;
    d = e;
    e = (next - ((a << 5) | (a >>> 27)) - ((b & c) | (d & (b | c))) - K2 - words[step]!) | 0;
  }
  for (; step >= 20; step -= 1) {
    next = a;
    a = b;
    b = (c << 2) | (c >>> 30);
    c = d;
    d = e;
    e = (next - ((a << 5) | (a >>> 27)) - (b ^ c ^ d) - K1 - words[step]!) | 0;
  }
  for (; step >= 0; step -= 1) {
    next = a;
    a = b;
    b = (c << 2) | (c >>> 30);
    c = d;
    d = e;
    e = (next - ((a << 5) | (a >>> 27)) - (d ^ (b & (c ^ d))) - K0 - words[step]!) | 0;
  }
  state[0] = a;
  state[1] = b;
  state[2] = c;
  state[3] = d;
  state[4] = e;
}
