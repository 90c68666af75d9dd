import { createReadStream } from "node:fs";
import { mkdir, readdir, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { createInflate, deflate } from "node:zlib";
import { type ObjectId, parseObjectId } from "../../model/object-id.ts";
import { hashObject } from "../objects/hash-object.ts";
import { type ObjectType, parseObjectType } from "../objects/object-type.ts";
import { zlibPieces } from "../objects/zlib-pieces.ts";

/** An object in a file of its own, as git writes it. */
export type LooseObject = {
  readonly type: ObjectType;
  readonly size: number;
  /** The content, read while it is asked for. */
  readonly open: () => AsyncIterable<Buffer>;
};

const deflateWhole = promisify(deflate);
/** `<type> <size>` and NUL: the longest is `commit`, a space and the digits of 2^53. */
const HEADER_BYTES_MAX = 32;

function pathOf(objectFolder: string, id: ObjectId): string {
  return join(objectFolder, id.slice(0, 2), id.slice(2));
}

/** Undefined if the folder has no such file. */
export async function findLooseObject(objectFolder: string, id: ObjectId): Promise<LooseObject | undefined> {
  const path = pathOf(objectFolder, id);
  if ((await stat(path).catch(undefinedIfMissing)) === undefined) return undefined;
  for await (const piece of inflated(path)) {
    const header = readHeader(piece);
    if (header !== undefined) return { ...header, open: () => contentOf(path) };
    break;
  }
  throw new Error(`loose object ${id} is damaged`);
}

/** Those that the folder has files of. */
export async function listLooseObjects(objectFolder: string): Promise<ReadonlySet<ObjectId>> {
  const found = new Set<ObjectId>();
  for (const start of await readdir(objectFolder)) {
    if (start.length !== 2) continue;
    for (const rest of await readdir(join(objectFolder, start))) {
      const id = parseObjectId(start + rest);
      if (id !== undefined) found.add(id);
    }
  }
  return found;
}

function undefinedIfMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== "ENOENT") throw error;
}

function inflated(path: string): AsyncIterable<Buffer> {
  return zlibPieces(createReadStream(path), createInflate());
}

function readHeader(start: Buffer): Pick<LooseObject, "type" | "size"> | undefined {
  const end = start.subarray(0, HEADER_BYTES_MAX).indexOf(0);
  const [typeText = "", size = ""] = start.toString("latin1", 0, Math.max(end, 0)).split(" ");
  const type = parseObjectType(typeText);
  return type === undefined || !/^\d+$/.test(size) ? undefined : { type, size: Number(size) };
}

async function* contentOf(path: string): AsyncGenerator<Buffer> {
  let isStart = true;
  for await (const piece of inflated(path)) {
    yield isStart ? piece.subarray(piece.indexOf(0) + 1) : piece;
    isStart = false;
  }
}

export async function readWhole(object: LooseObject): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of object.open()) pieces.push(piece);
  return Buffer.concat(pieces);
}

/** For git to read it beside the repository's own objects. */
export async function writeLooseObject(
  objectFolder: string,
  type: ObjectType,
  content: Buffer,
): Promise<ObjectId> {
  const id = hashObject(type, content);
  const path = pathOf(objectFolder, id);
  await mkdir(dirname(path), { recursive: true });
  const whole = Buffer.concat([Buffer.from(`${type} ${content.length}\0`), content]);
  await writeFile(path, await deflateWhole(whole));
  return id;
}
