import { hasRawBytes } from "../../model/byte-text.ts";
import { type ObjectId, parseObjectId } from "../../model/object-id.ts";
import type { TakeSlot } from "../process/process-slots.ts";
import { runCachedGit } from "./run-cached-git.ts";

/** Lines of a file, one after another, that came with the same commit. Lines are counted from 1. */
export type BlamedLines = { readonly firstLine: number; readonly lines: number; readonly commit: ObjectId };

export type BlameQuery = {
  readonly gitDir: string;
  readonly commit: ObjectId;
  /** Of a file that the commit has. */
  readonly path: string;
  readonly firstLine: number;
  /** Not after the end of the file. */
  readonly lastLine: number;
  readonly signal: AbortSignal;
  readonly timeLimitMs: number;
  /** Waits for a turn to run a process. */
  readonly takeSlot?: TakeSlot;
};

/** A few hundred bytes for each commit, and its path. */
const OUTPUT_BYTES_MAX = 16 * 1024 * 1024;

/** `<commit> <line there> <line here> <number of lines>`: git-blame(1), "Incremental output". Other lines begin with a word. */
const RUN = /^([0-9a-f]{40}) \d{1,9} (\d{1,9}) (\d{1,9})$/;

/**
 * Which commit each line of a file came with. Renames of the whole file are followed, as git does by itself.
 *
 * @returns undefined if git cannot be given the path: it takes this one as an argument only, and Node gives a process no arguments
 * that are not UTF-8.
 * @throws Failure `timed-out` if it takes longer than the time limit; the reason of `signal` if it is aborted.
 */
export async function blameLines({
  commit,
  path,
  firstLine,
  lastLine,
  ...options
}: BlameQuery): Promise<readonly BlamedLines[] | undefined> {
  if (hasRawBytes(path)) return undefined;
  const args = ["blame", "--incremental", `-L${firstLine},${lastLine}`, commit, "--", path];
  const output = await runCachedGit("blame the file", args, { outputBytesMax: OUTPUT_BYTES_MAX, ...options });
  return joinRuns(parseRuns(output.toString("latin1")));
}

function parseRuns(output: string): BlamedLines[] {
  const runs: BlamedLines[] = [];
  for (const line of output.split("\n")) {
    const [, id = "", firstLine, lines] = RUN.exec(line) ?? [];
    const commit = parseObjectId(id);
    if (commit !== undefined) runs.push({ commit, firstLine: Number(firstLine), lines: Number(lines) });
  }
  return runs.sort((one, other) => one.firstLine - other.firstLine);
}

/** Neighbours of one commit may come apart, since they stood apart in it. */
function joinRuns(runs: readonly BlamedLines[]): BlamedLines[] {
  const joined: BlamedLines[] = [];
  for (const run of runs) {
    const before = joined.at(-1);
    if (before?.commit === run.commit && before.firstLine + before.lines === run.firstLine)
      joined[joined.length - 1] = { ...before, lines: before.lines + run.lines };
    else joined.push(run);
  }
  return joined;
}
