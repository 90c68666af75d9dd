import type { ObjectId } from "../../model/object-id.ts";
import { readCanonicalObject } from "../objects/canonical-object.ts";
import type { ObjectReader, StoredObject } from "../objects/object-reader.ts";
import { parseTree } from "../objects/parse-tree.ts";
import { GitError } from "../process/git-process.ts";
import { completePack } from "./complete-pack.ts";
import {
  isPackConnected,
  type ReceivedObjects,
  type RepositoryView,
  type ViewEntry,
} from "./is-pack-connected.ts";
import { readSmallPack, type SmallPackLimits, TRAILER_BYTES, type WholeEntry } from "./read-small-pack.ts";
import { type OutsideBase, type ReceivedObject, resolveSmallPack } from "./resolve-small-pack.ts";
import { writePackIndex } from "./write-pack-index.ts";

/** Larger packs go to git as they come. */
export const SMALL_PACK_BYTES_MAX = 256 * 1024;

/** What is hashed takes a server's only thread some milliseconds for each 16 KiB, in turns with everything else. */
const LIMITS: SmallPackLimits = {
  objectsMax: 256,
  objectBytesMax: 128 * 1024,
  contentBytesMax: 192 * 1024,
};

/** The repository's own commits and trees that are read for one push. */
const VIEW_READS_MAX = 256;

/** The repository that a push is for. */
export type Target = {
  readonly gitDir: string;
  readonly objects: Pick<ObjectReader, "hasNoneOf" | "readHeader" | "readObjectUpTo" | "readCommit">;
  readonly areCommitsReached: RepositoryView["areCommitsReached"];
};

/** Where a pack is stored, by the names of its files. */
export type PackFiles = {
  write(name: string, bytes: Buffer): Promise<void>;
  remove(name: string): Promise<void>;
};

/**
 * Stores a pack that is in memory whole, without a process: if it is small, all in it is new and canonical, and it builds on what
 * refs reach. That is what people push all day.
 *
 * @returns its objects; undefined for every other pack, good or bad, with nothing written: it is for `git index-pack`.
 */
export async function storeSmallPack(
  pack: Buffer,
  packFiles: PackFiles,
  target: Target,
): Promise<ReceivedObjects | undefined> {
  try {
    return await store(pack, packFiles, target);
  } catch (error) {
    // Something of the repository cannot be read. git knows what to say of it, if the push has need of it at all.
    if (error instanceof GitError) return undefined;
    throw error;
  }
}

async function store(
  pack: Buffer,
  packFiles: PackFiles,
  target: Target,
): Promise<ReceivedObjects | undefined> {
  const entries = await readSmallPack(pack, LIMITS);
  // Most of what is not canonical is seen before the work of hashing.
  const isCanonical = entries?.every((entry) => entry.kind === "delta" || isCanonicalEntry(entry)) ?? false;
  if (entries === undefined || !isCanonical) return undefined;
  const resolved = await resolveSmallPack(entries, LIMITS, (id) => readSmall(target, id));
  const received = resolved && readAllCanonical(resolved.objects);
  if (resolved === undefined || received === undefined) return undefined;
  // A pack without objects would only lie about as one more file to look into.
  if (received.size === 0) return received;
  const files = filesOf(pack, resolved.outsideBases, received);
  // Side by side: a pack that gets as far as this is rarely left to git.
  const [written, found] = await Promise.allSettled([
    Promise.all(files.map(({ name, bytes }) => packFiles.write(name, bytes))),
    isNewAndConnected(received, target),
  ]);
  if (written.status === "fulfilled" && found.status === "fulfilled" && found.value) return received;
  // git must not take these files for its own.
  await Promise.all(files.map(({ name }) => packFiles.remove(name)));
  if (found.status === "rejected") throw found.reason;
  // A full disk, say: git tells it in its own words.
  if (written.status === "rejected" && !isSystemError(written.reason)) throw written.reason;
  return undefined;
}

/** The pack, complete in itself, and its index. */
function filesOf(pack: Buffer, outsideBases: readonly OutsideBase[], received: ReceivedObjects) {
  const complete = completePack(pack, outsideBases);
  const trailer = complete.pack.subarray(-TRAILER_BYTES);
  const name = `pack-${trailer.toString("hex")}`;
  return [
    { name: `${name}.pack`, bytes: complete.pack },
    { name: `${name}.idx`, bytes: writePackIndex([...received.values(), ...complete.added], trailer) },
  ];
}

function isSystemError(error: unknown): boolean {
  return error instanceof Error && "code" in error;
}

async function isNewAndConnected(received: ReceivedObjects, target: Target): Promise<boolean> {
  const answers = await Promise.all([
    isNewOrSame(received, target),
    isPackConnected(received, openRepositoryView(target)),
  ]);
  return !answers.includes(false);
}

/** An id that is there already may stand for other bytes. */
async function isNewOrSame(received: ReceivedObjects, { gitDir, objects }: Target): Promise<boolean> {
  if (await objects.hasNoneOf(gitDir, [...received.keys()])) return true;
  for (const [id, { type, content }] of received) {
    const header = await objects.readHeader(gitDir, id);
    if (header === undefined) continue;
    if (header.type !== type || header.size !== content.length) return false;
    const stored = await objects.readObjectUpTo(gitDir, id, LIMITS.objectBytesMax);
    // One that has gone in between is new.
    if (stored !== undefined && !stored.content.equals(content)) return false;
  }
  return true;
}

function isCanonicalEntry({ type, content }: WholeEntry): boolean {
  return readCanonicalObject(type, content) !== undefined;
}

function readAllCanonical(objects: ReadonlyMap<ObjectId, ReceivedObject>): ReceivedObjects | undefined {
  const received = new Map<
    ObjectId,
    ReceivedObject & { canonical: NonNullable<ReturnType<typeof readCanonicalObject>> }
  >();
  for (const [id, object] of objects) {
    const canonical = readCanonicalObject(object.type, object.content);
    if (canonical === undefined) return undefined;
    received.set(id, { ...object, canonical });
  }
  return received;
}

function readSmall({ gitDir, objects }: Target, id: ObjectId): Promise<StoredObject | undefined> {
  return objects.readObjectUpTo(gitDir, id, LIMITS.objectBytesMax);
}

function openRepositoryView(target: Target): RepositoryView {
  let reads = 0;
  const mayRead = () => {
    reads += 1;
    return reads <= VIEW_READS_MAX;
  };
  return {
    areCommitsReached: target.areCommitsReached,
    async findTreeOf(commit) {
      if (!mayRead()) return undefined;
      return (await target.objects.readCommit(target.gitDir, commit))?.tree;
    },
    async readTree(id) {
      if (!mayRead()) return undefined;
      const object = await readSmall(target, id);
      return object?.type === "tree" ? parseTree(object.content)?.map(toViewEntry) : undefined;
    },
  };
}

function toViewEntry({ kind, name, id }: NonNullable<ReturnType<typeof parseTree>>[number]): ViewEntry {
  const type = kind === "directory" ? "tree" : kind === "submodule" ? "submodule" : "blob";
  return { type, id, name: name.toString("latin1") };
}
