import { type BlamedLines, blameLines } from "../../git/diffs/blame-lines.ts";
import type { Commit } from "../../git/objects/commit.ts";
import type { TakeSlot } from "../../git/process/process-slots.ts";
import { Failure } from "../../model/failure.ts";
import type { Repository } from "../../model/repository.ts";
import type { Ports } from "../../ports.ts";
import { withRepository } from "../../storage/packs/with-repository.ts";
import type { PathAtCommit, SourcePorts } from "./source.ts";

export type BlameQuery = {
  /** Counted from 1. */
  readonly firstLine: number;
  /** Not after the end of the file. */
  readonly lastLine: number;
  readonly signal: AbortSignal;
  readonly takeSlot?: TakeSlot;
  readonly waitMs?: number;
};

/** Lines of a file, one after another, and the commit that changed them last. */
export type BlameRun = { readonly firstLine: number; readonly lines: number; readonly commit: Commit };

/** The most lines that are asked for at once. */
export const BLAMED_LINES_MAX = 2000;
/** A long history is gone through although nobody waits any more: the next who asks has it at once. */
const TIME_LIMIT_MS = 30_000;
/** A page is shown without it then. */
const WAIT_MS = 1500;

export type BlamePorts = SourcePorts & Pick<Ports, "backgroundWork">;

const underWay = new Map<string, Promise<readonly BlamedLines[] | undefined>>();

/**
 * Who changed each of some lines of a file last, in the order of the lines.
 *
 * @param at a file that the commit has, of at least `lastLine` lines.
 * @returns undefined if it takes longer than the caller waits, or git cannot be given the path.
 */
export async function blame(
  ports: BlamePorts,
  repository: Repository,
  at: PathAtCommit,
  query: BlameQuery,
): Promise<readonly BlameRun[] | undefined> {
  if (query.lastLine - query.firstLine >= BLAMED_LINES_MAX)
    throw new Error("more lines than are blamed at once");
  const runs = await waitFor(findRuns(ports, repository, at, query), query);
  if (runs === undefined) return undefined;
  return withRepository(ports.packs, repository.uuid, async ({ gitDir }) => {
    const ids = [...new Set(runs.map((run) => run.commit))];
    const commits = new Map((await ports.objects.readCommits(gitDir, ids)).map((each) => [each.id, each]));
    return runs.flatMap((run) => {
      const found = commits.get(run.commit);
      return found === undefined ? [] : [{ ...run, commit: found }];
    });
  });
}

async function waitFor<T>(
  finding: Promise<T>,
  { signal, waitMs = WAIT_MS }: Pick<BlameQuery, "signal" | "waitMs">,
): Promise<T | undefined> {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  const timer = setTimeout(() => resolve(undefined), waitMs);
  try {
    return await Promise.race([finding, promise]);
  } finally {
    clearTimeout(timer);
    signal.throwIfAborted();
  }
}

/** Whoever asks for the same lines meanwhile waits for the same process. Its output is cached. */
function findRuns(
  { packs, backgroundWork }: BlamePorts,
  { uuid }: Repository,
  { commit, path }: PathAtCommit,
  { firstLine, lastLine, takeSlot }: BlameQuery,
): Promise<readonly BlamedLines[] | undefined> {
  const key = JSON.stringify([uuid, commit, path, firstLine, lastLine]);
  const found = underWay.get(key);
  if (found !== undefined) return found;
  const { promise, resolve, reject } = Promise.withResolvers<readonly BlamedLines[] | undefined>();
  backgroundWork.start(async (signal) => {
    const query = { commit, path, firstLine, lastLine, signal, timeLimitMs: TIME_LIMIT_MS };
    const slot = takeSlot === undefined ? {} : { takeSlot };
    try {
      resolve(await withRepository(packs, uuid, ({ gitDir }) => blameLines({ gitDir, ...query, ...slot })));
    } catch (error) {
      // It takes too long even so, too many processes run, or the server ends.
      if (error instanceof Failure || signal.aborted) resolve(undefined);
      else reject(error);
    } finally {
      underWay.delete(key);
    }
  });
  underWay.set(key, promise);
  return promise;
}
