import { bytesToText, hasRawBytes, textToBytes } from "../../model/byte-text.ts";
import { type ObjectId, parseObjectId } from "../../model/object-id.ts";
import { openGitStream } from "../process/git-stream.ts";
import type { TakeSlot } from "../process/process-slots.ts";
import { READ_MEMORY_BYTES_MAX } from "../process/read-limits.ts";
import { rawPathspec } from "./list-commits.ts";
import { splitAtNul } from "./split-at-nul.ts";

export type LastChangesQuery = {
  readonly gitDir: string;
  readonly commit: ObjectId;
  /** Of a folder that the commit has, as `bytesToText` of it; empty is the root. */
  readonly folder: string;
  /** What is in the folder, as `bytesToText` of the names. */
  readonly names: readonly string[];
  /** Aborted when what was found by then counts. */
  readonly deadline: AbortSignal;
  /** Waits for a turn to run a process. */
  readonly takeSlot?: TakeSlot;
};

/** `:<old mode> <new mode> <old id> <new id> <status>`: git-diff(1), "Raw output format". One path follows, without renames. */
const RAW = /^\n?:\d{6} \d{6} /;
const RAW_LENGTH_MAX = 64;

/**
 * The newest commit in the history of a folder that changed each of its entries, merges apart. The history is read only as far as
 * is needed, and until the deadline: entries that have not changed until there have none.
 *
 * @throws GitError if git fails by itself.
 */
export async function listLastChanges({
  commit,
  folder,
  names,
  deadline,
  ...options
}: LastChangesQuery): Promise<ReadonlyMap<string, ObjectId>> {
  const found = new Map<string, ObjectId>();
  const wanted = new Set(names);
  const prefixBytes = folder === "" ? 0 : textToBytes(folder).length + 1;
  const isRaw = hasRawBytes(folder);
  const pathspec = isRaw || folder === "" ? [] : ["--", `:(literal)${folder}`];
  const args = ["log", "-z", "--format=tformat:%H", "--raw", "--no-abbrev", "--no-renames"];
  const input = Buffer.concat([Buffer.from(`${commit}\n`), rawPathspec(folder)]);
  let last: ObjectId | undefined;
  let isPath = false;
  try {
    const stream = await openGitStream([...args, "--stdin", ...pathspec], {
      ...options,
      input,
      signal: deadline,
      isLongWalk: true,
      memoryBytesMax: READ_MEMORY_BYTES_MAX,
    });
    for await (const text of splitAtNul(stream as AsyncIterable<Buffer>)) {
      if (!isPath) {
        const line = text.toString("latin1", 0, RAW_LENGTH_MAX);
        isPath = RAW.test(line);
        if (!isPath) last = parseObjectId(line);
        continue;
      }
      isPath = false;
      const slash = text.indexOf("/", prefixBytes);
      const name = bytesToText(text.subarray(prefixBytes, slash === -1 ? undefined : slash));
      if (last === undefined || !wanted.delete(name)) continue;
      found.set(name, last);
      // Leaving the loop ends the process.
      if (wanted.size === 0) break;
    }
  } catch (error) {
    if (!deadline.aborted) throw error;
  }
  return found;
}
