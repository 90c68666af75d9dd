import type { ObjectId } from "../../model/object-id.ts";
import { openGitStream } from "../process/git-stream.ts";
import type { TakeSlot } from "../process/process-slots.ts";
import { READ_MEMORY_BYTES_MAX } from "../process/read-limits.ts";

export type PathsQuery = {
  readonly gitDir: string;
  /** A commit or a tree. */
  readonly root: ObjectId;
  readonly pathsMax: number;
  readonly bytesMax: number;
  readonly signal: AbortSignal;
  /** Waits for a turn to run a process. */
  readonly takeSlot?: TakeSlot;
};

const NUL = 0;

/**
 * The paths of all files below a tree, links and submodules too, in git's order.
 *
 * @returns `isCut` if there are more than `pathsMax`, or they have more than `bytesMax` together.
 * @throws GitError, or the reason of `signal` if it is aborted.
 */
export async function listPaths({
  root,
  pathsMax,
  bytesMax,
  ...options
}: PathsQuery): Promise<{ readonly paths: readonly Buffer[]; readonly isCut: boolean }> {
  const args = ["ls-tree", "-r", "-z", "--name-only", "--full-tree", root];
  const stream = await openGitStream(args, { memoryBytesMax: READ_MEMORY_BYTES_MAX, ...options });
  const paths: Buffer[] = [];
  let rest: Buffer = Buffer.alloc(0);
  let bytes = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    const text = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    let start = 0;
    for (let end = text.indexOf(NUL); end !== -1; end = text.indexOf(NUL, start)) {
      bytes += end - start;
      // Leaving the loop destroys the stream, and with it the process.
      if (paths.length === pathsMax || bytes > bytesMax) return { paths, isCut: true };
      paths.push(text.subarray(start, end));
      start = end + 1;
    }
    rest = text.subarray(start);
  }
  return { paths, isCut: false };
}
