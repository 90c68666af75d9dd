import { textToBytes } from "../../model/byte-text.ts";
import { Failure } from "../../model/failure.ts";
import type { ObjectId } from "../../model/object-id.ts";
import type { ObjectReader } from "./object-reader.ts";
import { DIRECTORY_MODE, parseTree, type TreeEntry } from "./parse-tree.ts";

export type TreeSource = {
  readonly gitDir: string;
  readonly objects: Pick<ObjectReader, "readHeader" | "readObjectUpTo">;
};

/** An entry with its way from the root. `path` is bytes, without slashes at its ends; the root's is empty. */
export type PathEntry = Omit<TreeEntry, "name"> & { readonly path: Buffer };

const SLASH = Buffer.from("/");
/** Trees asked for at once, so that one long listing leaves room for other readers. */
const TREES_AT_ONCE = 32;
/** Larger ones are read one after another. */
const SMALL_TREE_BYTES_MAX = 64 * 1024;
/** Some 300,000 entries with names of usual length. */
export const TREE_BYTES_MAX = 16 * 1024 * 1024;
/** The paths of one listing: each has all the names above it in it. */
const PATHS_BYTES_MAX = 64 * 1024 * 1024;
const REPLACEMENT = "\u{fffd}";

/**
 * The entries of a tree in git's order.
 *
 * @throws Failure too-large above TREE_BYTES_MAX; Error if the repository has no such tree: it is damaged then.
 */
export async function readTree(source: TreeSource, id: ObjectId): Promise<readonly TreeEntry[]> {
  const entries = await readTreeUpTo(source, id, TREE_BYTES_MAX);
  if (entries !== undefined) return entries;
  const header = await source.objects.readHeader(source.gitDir, id);
  if (header === undefined) throw new Error(`tree ${id} of ${source.gitDir} is missing`);
  throw new Failure(
    "too-large",
    `Cannot read a directory of the commit: its tree has ${header.size} bytes, the limit is ${TREE_BYTES_MAX}`,
  );
}

/** Undefined if it is larger, or is not there. */
async function readTreeUpTo(
  { gitDir, objects }: TreeSource,
  id: ObjectId,
  bytesMax: number,
): Promise<readonly TreeEntry[] | undefined> {
  const object = await objects.readObjectUpTo(gitDir, id, bytesMax);
  if (object === undefined) return undefined;
  const entries = object.type === "tree" ? parseTree(object.content) : undefined;
  if (entries === undefined) throw new Error(`tree ${id} of ${gitDir} is damaged`);
  return entries;
}

/**
 * What is at a path: slashes at its ends and double ones do not count, `.` and `..` are names like any other, links are
 * not followed. A name that is no UTF-8 is found by its `bytesToText`; and by the text in which its wrong bytes have become
 * U+FFFD, which is what answers show of it, unless another name is exactly that text.
 */
export async function findEntry(
  source: TreeSource,
  root: ObjectId,
  path: string,
): Promise<PathEntry | undefined> {
  let entry: PathEntry = { path: Buffer.alloc(0), mode: DIRECTORY_MODE, kind: "directory", id: root };
  for (const name of path.split("/").filter((part) => part !== "")) {
    if (entry.kind !== "directory") return undefined;
    const found = findName(await readTree(source, entry.id), name);
    if (found === undefined) return undefined;
    entry = below(entry.path, found);
  }
  return entry;
}

function findName(entries: readonly TreeEntry[], name: string): TreeEntry | undefined {
  const bytes = textToBytes(name);
  const exact = entries.find((entry) => entry.name.equals(bytes));
  if (exact !== undefined || !name.includes(REPLACEMENT)) return exact;
  return entries.find((entry) => entry.name.toString() === name);
}

function below(folder: Buffer, { mode, kind, name, id }: TreeEntry): PathEntry {
  return { mode, kind, id, path: folder.length === 0 ? name : Buffer.concat([folder, SLASH, name]) };
}

/**
 * The entries below a folder, breadth first: all of the folder itself, its folders before the others and each of both in
 * git's order, then those of its first folder, and so on, `depthMax` folders deep. Ends early once there are `enough`.
 *
 * @returns undefined if there are more than `entriesMax`, their paths are too long together, or `timeLimit` is aborted.
 */
export async function listEntries(
  source: TreeSource,
  top: PathEntry,
  limits: {
    readonly depthMax: number;
    readonly enough: number;
    readonly entriesMax: number;
    readonly timeLimit: AbortSignal;
  },
): Promise<readonly PathEntry[] | undefined> {
  const entries: PathEntry[] = [];
  let pathBytes = 0;
  let level: readonly PathEntry[] = [top];
  for (let depth = 0; depth < limits.depthMax && level.length > 0; depth += 1) {
    const next: PathEntry[] = [];
    for (let start = 0; start < level.length; start += TREES_AT_ONCE) {
      if (entries.length >= limits.enough) return entries;
      if (entries.length > limits.entriesMax || limits.timeLimit.aborted) return undefined;
      const folders = level.slice(start, start + TREES_AT_ONCE);
      const small = await Promise.all(
        folders.map((folder) => readTreeUpTo(source, folder.id, SMALL_TREE_BYTES_MAX)),
      );
      for (const [index, folder] of folders.entries()) {
        const tree = small[index] ?? (await readTree(source, folder.id));
        pathBytes += tree.reduce((sum, { name }) => sum + name.length + folder.path.length + 1, 0);
        if (pathBytes > PATHS_BYTES_MAX) return undefined;
        const all = tree.map((entry) => below(folder.path, entry));
        const inner = all.filter(({ kind }) => kind === "directory");
        // One by one: a tree may have more entries than a call may have arguments.
        for (const entry of inner) {
          next.push(entry);
          entries.push(entry);
        }
        for (const entry of all) if (entry.kind !== "directory") entries.push(entry);
        if (entries.length > limits.entriesMax && entries.length < limits.enough) return undefined;
      }
    }
    level = next;
  }
  return entries.length > limits.entriesMax && entries.length < limits.enough ? undefined : entries;
}
