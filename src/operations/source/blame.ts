import { blameLines } from "../../git/diffs/blame-lines.ts";
import type { Commit } from "../../git/objects/commit.ts";
import type { TakeSlot } from "../../git/process/process-slots.ts";
import { Failure } from "../../model/failure.ts";
import type { Repository } from "../../model/repository.ts";
import { withRepository } from "../../storage/packs/with-repository.ts";
import type { PathAtCommit, SourcePorts } from "./source.ts";

export type BlameQuery = {
  /** Counted from 1. */
  readonly firstLine: number;
  /** Not after the end of the file. */
  readonly lastLine: number;
  readonly signal: AbortSignal;
  readonly takeSlot?: TakeSlot;
  readonly timeLimitMs?: number;
};

/** Lines of a file, one after another, and the commit that changed them last. */
export type BlameRun = { readonly firstLine: number; readonly lines: number; readonly commit: Commit };

/** The most lines that are asked for at once. */
export const BLAMED_LINES_MAX = 2000;
/** Nobody waits longer for a page; the file is shown without it then. */
const TIME_LIMIT_MS = 5000;

/**
 * Who changed each of some lines of a file last, in the order of the lines.
 *
 * @param at a file that the commit has, of at least `lastLine` lines.
 * @returns undefined if it takes too long, or git cannot be given the path.
 * @throws Failure unavailable if there are too many requests at once.
 */
export async function blame(
  { packs, objects }: SourcePorts,
  repository: Repository,
  { commit, path }: PathAtCommit,
  { firstLine, lastLine, timeLimitMs = TIME_LIMIT_MS, ...query }: BlameQuery,
): Promise<readonly BlameRun[] | undefined> {
  if (lastLine - firstLine >= BLAMED_LINES_MAX) throw new Error("more lines than are blamed at once");
  try {
    return await withRepository(packs, repository.uuid, async ({ gitDir }) => {
      const runs = await blameLines({ gitDir, commit, path, firstLine, lastLine, timeLimitMs, ...query });
      if (runs === undefined) return undefined;
      const ids = [...new Set(runs.map((run) => run.commit))];
      const commits = new Map((await objects.readCommits(gitDir, ids)).map((each) => [each.id, each]));
      return runs.flatMap((run) => {
        const found = commits.get(run.commit);
        return found === undefined ? [] : [{ ...run, commit: found }];
      });
    });
  } catch (error) {
    if (error instanceof Failure && error.kind === "timed-out") return undefined;
    throw error;
  }
}
