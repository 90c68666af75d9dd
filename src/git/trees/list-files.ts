import { bytesToText } from "../../model/byte-text.ts";
import { type ObjectId, parseObjectId } from "../../model/object-id.ts";
import { splitAtNul } from "../history/split-at-nul.ts";
import { openGitStream } from "../process/git-stream.ts";
import { READ_MEMORY_BYTES_MAX } from "../process/read-limits.ts";

export type ListedFile = {
  /** `bytesToText` of it. */
  readonly path: string;
  readonly id: ObjectId;
  /** In bytes. */
  readonly size: number;
};

export type FilesQuery = {
  readonly gitDir: string;
  readonly commit: ObjectId;
  readonly filesMax: number;
  /** Of all paths together. */
  readonly bytesMax: number;
  readonly signal: AbortSignal;
};

/** git-ls-tree(1), "Output format" of `-l`: regular files alone, without links and submodules. */
const FILE = /^100\d{3} blob (?<id>[0-9a-f]+) +(?<size>\d+)\t/;
const DETAILS_LENGTH_MAX = 128;

/**
 * The regular files of a commit with their sizes, in git's order. Of more than `filesMax` or `bytesMax` the first ones.
 *
 * @throws GitError, or the reason of `signal` if it is aborted.
 */
export async function listFiles({
  commit,
  filesMax,
  bytesMax,
  ...options
}: FilesQuery): Promise<readonly ListedFile[]> {
  const args = ["ls-tree", "-r", "-z", "-l", "--full-tree", commit];
  const stream = await openGitStream(args, { memoryBytesMax: READ_MEMORY_BYTES_MAX, ...options });
  const files: ListedFile[] = [];
  let bytes = 0;
  for await (const entry of splitAtNul(stream as AsyncIterable<Buffer>)) {
    const details = FILE.exec(entry.toString("latin1", 0, DETAILS_LENGTH_MAX));
    const id = parseObjectId(details?.groups?.id ?? "");
    if (details === null || id === undefined) continue;
    const path = entry.subarray(details[0].length);
    bytes += path.length;
    // Leaving the loop ends the process.
    if (files.length === filesMax || bytes > bytesMax) break;
    files.push({ path: bytesToText(path), id, size: Number(details.groups?.size) });
  }
  return files;
}
