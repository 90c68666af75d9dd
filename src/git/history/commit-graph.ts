import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import type { ObjectId } from "../../model/object-id.ts";

/** gitformat-commit-graph(5). */
const SIGNATURE = "CGPH";
const HEADER_BYTES = 8;
const CHUNK_ENTRY_BYTES = 12;
const ID_BYTES = 20;
const COMMIT_BYTES = ID_BYTES + 16;
const NO_PARENT = 0x70000000;
const MORE_PARENTS = 0x80000000;
/** A graph that was looked for so lately is taken as it is: an older one lacks the newest commits, which are then read. */
const LOOK_MS = 200;

export type GraphCommit = {
  /** Positions of the parents in the graph, which always has them. */
  readonly parents: readonly number[];
  /** Above that of every parent. */
  readonly generation: number;
  /** Of the committer, in seconds. */
  readonly seconds: number;
};

/** The commits that git has written down for quick walks: all that its refs reached at that time. */
export type CommitGraph = {
  /** The position of a commit; undefined if the graph does not have it. */
  find(id: ObjectId): number | undefined;
  /** The only commit whose id begins with these bytes; undefined if there is none, or more than one. */
  findByPrefix(prefix: Buffer): ObjectId | undefined;
  /** What the file ends with, in hex: it tells this graph from every other. Empty if there is none. */
  readonly checksum: string;
  idAt(position: number): ObjectId;
  commitAt(position: number): GraphCommit;
};

/** Of a repository that git has written none for. */
export const EMPTY_GRAPH: CommitGraph = {
  checksum: "",
  find: () => undefined,
  findByPrefix: () => undefined,
  idAt: unknownPosition,
  commitAt: unknownPosition,
};

function unknownPosition(): never {
  throw new Error("an empty graph has no positions");
}

/**
 * Reads the bytes of a commit graph file.
 *
 * @returns undefined for a file of another version, of another hash, that is one of a chain, or that is cut off.
 */
export function parseCommitGraph(bytes: Buffer): CommitGraph | undefined {
  const [version, hashVersion, chunkCount, baseCount] = [bytes[4], bytes[5], bytes[6] ?? 0, bytes[7]];
  if (bytes.toString("latin1", 0, 4) !== SIGNATURE || version !== 1 || hashVersion !== 1 || baseCount !== 0)
    return undefined;
  const tableEnd = HEADER_BYTES + (chunkCount + 1) * CHUNK_ENTRY_BYTES;
  if (bytes.length < tableEnd) return undefined;
  const chunks = new Map<string, number>();
  for (let at = HEADER_BYTES; at < tableEnd; at += CHUNK_ENTRY_BYTES) {
    const offset = bytes.readUInt32BE(at + 4) * 2 ** 32 + bytes.readUInt32BE(at + 8);
    if (offset > bytes.length) return undefined;
    chunks.set(bytes.toString("latin1", at, at + 4), offset);
  }
  const [fanout, ids, data, edges] = ["OIDF", "OIDL", "CDAT", "EDGE"].map((name) => chunks.get(name));
  if (fanout === undefined || ids === undefined || data === undefined) return undefined;
  if (fanout + 1024 > bytes.length) return undefined;
  const count = bytes.readUInt32BE(fanout + 1020);
  if (ids + count * ID_BYTES > bytes.length || data + count * COMMIT_BYTES > bytes.length) return undefined;

  const [fanoutAt, idsAt] = [fanout, ids];

  function parentsAt(at: number): number[] {
    const first = bytes.readUInt32BE(at);
    if (first === NO_PARENT) return [];
    const second = bytes.readUInt32BE(at + 4);
    if (second === NO_PARENT) return [first];
    if (second < MORE_PARENTS) return [first, second];
    const parents = [first];
    for (let edge = edges! + (second - MORE_PARENTS) * 4; ; edge += 4) {
      const parent = bytes.readUInt32BE(edge);
      parents.push(parent >= MORE_PARENTS ? parent - MORE_PARENTS : parent);
      if (parent >= MORE_PARENTS) return parents;
    }
  }

  const idAt = (position: number) =>
    bytes.toString("hex", idsAt + position * ID_BYTES, idsAt + (position + 1) * ID_BYTES) as ObjectId;

  /** The first position whose id is not below these bytes, among the ids with the same first byte. */
  function positionOf(wanted: Buffer): number {
    const byte = wanted[0]!;
    let low = byte === 0 ? 0 : bytes.readUInt32BE(fanoutAt + (byte - 1) * 4);
    let high = bytes.readUInt32BE(fanoutAt + byte * 4);
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (orderAt(wanted, middle) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Below 0 if the id at the position is below these bytes, 0 if it begins with them. */
  function orderAt(wanted: Buffer, position: number): number {
    const at = idsAt + position * ID_BYTES;
    return bytes.compare(wanted, 0, wanted.length, at, at + wanted.length);
  }

  return {
    checksum: bytes.toString("hex", bytes.length - ID_BYTES),
    find(id) {
      const wanted = Buffer.from(id, "hex");
      if (wanted.length !== ID_BYTES) return undefined;
      const position = positionOf(wanted);
      return position < count && orderAt(wanted, position) === 0 ? position : undefined;
    },
    findByPrefix(prefix) {
      if (prefix.length === 0 || prefix.length > ID_BYTES) return undefined;
      const position = positionOf(prefix);
      const begins = (at: number) => at < count && orderAt(prefix, at) === 0;
      return begins(position) && !begins(position + 1) ? idAt(position) : undefined;
    },
    idAt,
    commitAt(position) {
      const at = data + position * COMMIT_BYTES + ID_BYTES;
      const level = bytes.readUInt32BE(at + 8);
      return {
        parents: parentsAt(at),
        generation: level >>> 2,
        seconds: (level & 3) * 2 ** 32 + bytes.readUInt32BE(at + 12),
      };
    },
  };
}

type CachedGraph = {
  readonly version: string;
  readonly bytes: number;
  readonly graph: CommitGraph;
  readonly lookedAt: number;
};

/** Graphs of repositories, read when they are first needed, and cached while their files do not change. */
export type CommitGraphs = {
  /** Empty if the repository has none that can be read, or one that is larger than the memory for all. */
  find(gitDir: string): CommitGraph;
  clear(): void;
};

function readGraph(path: string): Pick<CachedGraph, "bytes" | "graph"> {
  const bytes = readFileSync(path);
  return { bytes: bytes.length, graph: parseCommitGraph(bytes) ?? EMPTY_GRAPH };
}

/** `bytesMax`: memory for the graphs of all repositories. The least recently used are dropped first. */
export function openCommitGraphs(bytesMax: number): CommitGraphs {
  const cached = new Map<string, CachedGraph>();
  let cachedBytes = 0;

  function drop(gitDir: string): void {
    cachedBytes -= cached.get(gitDir)?.bytes ?? 0;
    cached.delete(gitDir);
  }

  return {
    find(gitDir) {
      const now = performance.now();
      const known = cached.get(gitDir);
      if (known !== undefined && now - known.lookedAt < LOOK_MS) return known.graph;
      const path = join(gitDir, "objects", "info", "commit-graph");
      const found = statSync(path, { throwIfNoEntry: false });
      const version = found === undefined ? "none" : `${found.ino} ${found.size} ${found.mtimeMs}`;
      drop(gitDir);
      if (found === undefined || found.size > bytesMax) return EMPTY_GRAPH;
      const entry =
        known?.version === version
          ? { ...known, lookedAt: now }
          : { ...readGraph(path), version, lookedAt: now };
      cached.set(gitDir, entry);
      cachedBytes += entry.bytes;
      for (const oldest of cached.keys()) {
        if (cachedBytes <= bytesMax) break;
        drop(oldest);
      }
      return entry.graph;
    },
    clear() {
      cached.clear();
      cachedBytes = 0;
    },
  };
}
