import { Failure } from "../../model/failure.ts";
import { type ObjectId, parseObjectId } from "../../model/object-id.ts";
import { GitError, runGit } from "../process/git-process.ts";
import type { TakeSlot } from "../process/process-slots.ts";
import { READ_MEMORY_BYTES_MAX, readFailure } from "../process/read-limits.ts";

export type DescendantQuery = {
  readonly gitDir: string;
  readonly commit: ObjectId;
  /** Some may be missing. */
  readonly tips: readonly ObjectId[];
  readonly signal: AbortSignal;
  readonly takeSlot: TakeSlot;
};

const ACTION = "look through the history";
const TIME_LIMIT_MS = 30_000;

/**
 * Those of the tips whose history has the commit: itself among them, if it is one. One process, which walks no further
 * than to the commit.
 *
 * @throws Failure `timed-out` if it takes longer than the time limit.
 * @throws the reason of `signal` if it is aborted.
 */
export async function findDescendants({
  gitDir,
  commit,
  tips,
  signal,
  takeSlot,
}: DescendantQuery): Promise<ReadonlySet<ObjectId>> {
  const others = tips.filter((tip) => tip !== commit);
  const found = new Set<ObjectId>(others.length < tips.length ? [commit] : []);
  if (others.length === 0) return found;
  signal.throwIfAborted();
  const giveBack = await takeSlot(signal);
  const timeLimit = AbortSignal.timeout(TIME_LIMIT_MS);
  try {
    const output = await runGit(["rev-list", "--ancestry-path", "--ignore-missing", "--stdin"], {
      gitDir,
      isLongWalk: true,
      memoryBytesMax: READ_MEMORY_BYTES_MAX,
      input: `${others.join("\n")}\n^${commit}\n`,
      signal: AbortSignal.any([signal, timeLimit]),
    });
    const wanted = new Set(others);
    for (const id of output.toString("latin1").split("\n").map(parseObjectId))
      if (id !== undefined && wanted.has(id)) found.add(id);
    return found;
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof GitError && timeLimit.aborted)
      throw new Failure("timed-out", `Cannot ${ACTION}: it takes longer than ${TIME_LIMIT_MS / 1000} s`);
    throw readFailure(ACTION, error);
  } finally {
    giveBack();
  }
}
