import { createHash } from "node:crypto";
import { deflateSync } from "node:zlib";

export const OBJECT_TYPES = { commit: 1, tree: 2, blob: 3, tag: 4, offsetDelta: 6, refDelta: 7 } as const;
export type PackObjectType = keyof typeof OBJECT_TYPES;

/** git's tree without entries. */
export const EMPTY_TREE = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";

/** gitformat-pack(5): the type and the size in front of an object. The size may lie. */
function entryHeader(type: PackObjectType, size: number): Buffer {
  const bytes: number[] = [];
  let byte = (OBJECT_TYPES[type] << 4) | (size & 15);
  for (let rest = Math.floor(size / 16); rest > 0; rest = Math.floor(rest / 128)) {
    bytes.push(byte | 0x80);
    byte = rest & 0x7f;
  }
  return Buffer.from([...bytes, byte]);
}

export function packEntry(type: PackObjectType, content: Uint8Array, declaredSize = content.length): Buffer {
  return Buffer.concat([entryHeader(type, declaredSize), deflateSync(content)]);
}

/** A delta against the object of that name, which need not exist. */
export function refDeltaEntry(base: string, delta: Uint8Array): Buffer {
  const header = entryHeader("refDelta", delta.length);
  return Buffer.concat([header, Buffer.from(base, "hex"), deflateSync(delta)]);
}

/** The delta's own sizes: seven bits a byte, the lowest first. */
function deltaSize(size: number): Buffer {
  const bytes: number[] = [];
  let rest = size;
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest & 0x7f) | 0x80);
  return Buffer.from([...bytes, rest]);
}

const COPY_BYTES_MAX = 0xffffff;

/** A delta of a few bytes whose result is its base `times` times over. The base is smaller than 16 MiB. */
export function repeatingDelta(baseBytes: number, times: number): Buffer {
  if (baseBytes > COPY_BYTES_MAX) throw new Error("one copy command does not reach so far");
  // All of the size is given, none of the offset: copy from the beginning.
  const copy = Buffer.from([0xf0, baseBytes & 255, (baseBytes >> 8) & 255, (baseBytes >> 16) & 255]);
  const commands = Array.from({ length: times }, () => copy);
  return Buffer.concat([deltaSize(baseBytes), deltaSize(baseBytes * times), ...commands]);
}

/** A pack of these entries. The count may lie. */
export function buildPack(entries: readonly Buffer[], declaredCount = entries.length): Buffer {
  const header = Buffer.from("PACK\0\0\0\x02\0\0\0\0", "latin1");
  header.writeUInt32BE(declaredCount, 8);
  const body = Buffer.concat([header, ...entries]);
  return Buffer.concat([body, createHash("sha1").update(body).digest()]);
}

/** What a push sends that brings no object. */
export const NO_OBJECTS = buildPack([]);

export function objectIdOf(type: "commit" | "tree" | "blob" | "tag", content: Uint8Array): string {
  return createHash("sha1").update(`${type} ${content.length}\0`).update(content).digest("hex");
}

/** A commit without parents. */
export function commitContent(tree: string, message = "x"): Buffer {
  const person = "Ann Author <ann@example.test> 1767225600 +0000";
  return Buffer.from(`tree ${tree}\nauthor ${person}\ncommitter ${person}\n\n${message}\n`);
}

export function treeContent(entries: readonly (readonly [mode: string, name: string, id: string])[]): Buffer {
  return Buffer.concat(
    entries.map(([mode, name, id]) =>
      Buffer.concat([Buffer.from(`${mode} ${name}\0`), Buffer.from(id, "hex")]),
    ),
  );
}

/** A commit of the empty tree and the pack that brings both. */
export function emptyCommit(message: string): { readonly id: string; readonly pack: Buffer } {
  const commit = commitContent(EMPTY_TREE, message);
  const pack = buildPack([packEntry("commit", commit), packEntry("tree", Buffer.alloc(0))]);
  return { id: objectIdOf("commit", commit), pack };
}
