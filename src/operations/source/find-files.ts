import { LRUCache } from "lru-cache";
import type { TakeSlot } from "../../git/process/process-slots.ts";
import { readFailure } from "../../git/process/read-limits.ts";
import { listPaths } from "../../git/trees/list-paths.ts";
import { bytesToText } from "../../model/byte-text.ts";
import { Failure } from "../../model/failure.ts";
import type { ObjectId } from "../../model/object-id.ts";
import type { Repository } from "../../model/repository.ts";
import { withRepository } from "../../storage/packs/with-repository.ts";
import { rankPaths } from "./rank-paths.ts";
import type { SourcePorts } from "./source.ts";

/** What is looked through. */
export const SEARCHED_PATHS_MAX = 100_000;
const SEARCHED_BYTES_MAX = 16 * 1024 * 1024;
const TIME_LIMIT_MS = 10_000;
/** In bytes of memory, some of which paths take two a character. */
const CACHED_SIZE_MAX = 32 * 1024 * 1024;

type KnownPaths = { readonly paths: readonly string[]; readonly isCut: boolean };

/** By commit. Ids name contents that never change; who asks has been allowed to read the repository. */
const cached = new LRUCache<ObjectId, KnownPaths>({
  maxSize: CACHED_SIZE_MAX,
  sizeCalculation: ({ paths }) => 64 + paths.reduce((sum, path) => sum + 32 + 2 * path.length, 0),
});

export type FilesQuery = {
  /** What a path must have in it: its letters in this order, in any case. Empty: all match. */
  readonly text: string;
  readonly limit: number;
  readonly signal: AbortSignal;
  readonly takeSlot?: TakeSlot;
};

export type FoundFiles = {
  /** The best first, as `bytesToText` of them. */
  readonly paths: readonly string[];
  /** How many match. */
  readonly count: number;
  /** Of so many that were looked through. */
  readonly searched: number;
  /** The commit has more files than are looked through. */
  readonly isCut: boolean;
};

/**
 * Files of a commit whose paths match.
 *
 * @throws Failure timed-out if they cannot be listed in time.
 */
export async function findFiles(
  ports: Pick<SourcePorts, "packs">,
  repository: Repository,
  commit: ObjectId,
  { text, limit, ...options }: FilesQuery,
): Promise<FoundFiles> {
  const known = cached.get(commit) ?? (await readPaths(ports, repository, commit, options));
  const { paths, count } = rankPaths(known.paths, text, limit);
  return { paths, count, searched: known.paths.length, isCut: known.isCut };
}

async function readPaths(
  { packs }: Pick<SourcePorts, "packs">,
  repository: Repository,
  commit: ObjectId,
  { signal, takeSlot }: Omit<FilesQuery, "text" | "limit">,
): Promise<KnownPaths> {
  const timeLimit = AbortSignal.timeout(TIME_LIMIT_MS);
  try {
    const { paths, isCut } = await withRepository(packs, repository.uuid, ({ gitDir }) =>
      listPaths({
        gitDir,
        root: commit,
        pathsMax: SEARCHED_PATHS_MAX,
        bytesMax: SEARCHED_BYTES_MAX,
        signal: AbortSignal.any([signal, timeLimit]),
        ...(takeSlot === undefined ? {} : { takeSlot }),
      }),
    );
    const known = { paths: paths.map(bytesToText), isCut };
    cached.set(commit, known);
    return known;
  } catch (error) {
    signal.throwIfAborted();
    if (timeLimit.aborted) throw new Failure("timed-out", "Cannot list the files: it takes too long");
    throw readFailure("list the files", error);
  }
}
