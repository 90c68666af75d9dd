import { Readable } from "node:stream";
import type { ObjectId } from "../../model/object-id.ts";
import type { GitOptions } from "../process/git-process.ts";
import { pathspecOf, pathspecsOf } from "./compared-paths.ts";
import {
  type FileChange,
  type FileChangeDetails,
  parseChangeDetails,
  parseChanges,
  type RawChange,
  readRawChanges,
} from "./parse-changes.ts";
import { runCachedGit } from "./run-cached-git.ts";
import { streamGit } from "./stream-git.ts";

export type TreeComparison = GitOptions & {
  /** Commits or trees. Both must exist. */
  readonly old: ObjectId;
  readonly new: ObjectId;
  /** Files and folders to keep; all if there are none. */
  readonly paths: readonly string[];
  readonly ignoresWhitespace: boolean;
  readonly detectsRenames: boolean;
  readonly signal: AbortSignal;
  readonly timeLimitMs?: number;
  readonly wholeTimeLimitMs?: number;
};

/** Beyond so many files on either side git looks only for files that moved unchanged: the rest grows with the square. */
const RENAME_CANDIDATES_MAX = 1000;

/** Lists of changed files above this are refused: about 300,000 files. */
const CHANGES_BYTES_MAX = 64 * 1024 * 1024;

/** `diff-tree` is plumbing: it reads none of the settings with which people bend `git diff`. */
function argumentsOf(
  comparison: Omit<TreeComparison, "paths">,
  pathspecs: readonly string[],
  shown: readonly string[],
): string[] {
  return [
    "diff-tree",
    "-r",
    "--no-ext-diff",
    "--no-textconv",
    "--no-color",
    "--ignore-submodules=none",
    "--submodule=short",
    "--src-prefix=a/",
    "--dst-prefix=b/",
    ...(comparison.detectsRenames ? ["-M", `-l${RENAME_CANDIDATES_MAX}`] : ["--no-renames"]),
    ...(comparison.ignoresWhitespace ? ["--ignore-all-space"] : []),
    ...shown,
    "--end-of-options",
    comparison.old,
    comparison.new,
    "--",
    ...pathspecs,
  ];
}

export type DiffOptions = {
  /** Unchanged lines shown around each change. */
  readonly contextLines: number;
  /** Shows what to change in binary files, so that the diff can be applied; else only that they differ. */
  readonly showsBinaryContent: boolean;
};

/**
 * What `git diff` prints for the two sides, in the bytes of the files.
 *
 * @throws as `streamGit` and `pathspecsOf` do.
 */
export async function streamDiff(comparison: TreeComparison, options: DiffOptions): Promise<Readable> {
  const shown = [
    "--patch",
    `--unified=${options.contextLines}`,
    ...(options.showsBinaryContent ? ["--binary"] : []),
  ];
  const pathspecs = pathspecsOf(comparison.paths);
  return pathspecs === undefined
    ? Readable.from([])
    : streamGit("compare", argumentsOf(comparison, pathspecs, shown), comparison);
}

/**
 * The files that differ, in the order of git's diff.
 *
 * @throws as `runLimitedGit` and `pathspecsOf` do.
 */
export async function listChanges(comparison: TreeComparison): Promise<FileChange[]> {
  const output = await readChanges(comparison);
  return output === undefined ? [] : parseChanges(output);
}

/** The same with modes, ids, and which are binary. @throws as `listChanges` does. */
export async function listChangeDetails(comparison: TreeComparison): Promise<FileChangeDetails[]> {
  const output = await readChanges(comparison);
  return output === undefined ? [] : parseChangeDetails(output);
}

async function readChanges(comparison: TreeComparison): Promise<Buffer | undefined> {
  const pathspecs = pathspecsOf(comparison.paths);
  if (pathspecs === undefined) return undefined;
  const args = argumentsOf(comparison, pathspecs, ["-z", "--raw", "--numstat"]);
  return runCachedGit("compare", args, { ...comparison, outputBytesMax: CHANGES_BYTES_MAX });
}

/** Two whole trees, without people's choice of what to see of them. */
export type WholeComparison = Omit<TreeComparison, "paths" | "ignoresWhitespace" | "detectsRenames">;

/**
 * The files that differ, with renames. Lines are not counted, so git reads the contents only of files that may have been
 * renamed.
 *
 * @throws as `runLimitedGit` does.
 */
export async function listRawChanges(comparison: WholeComparison): Promise<Iterable<RawChange>> {
  const whole = { ...comparison, ignoresWhitespace: false, detectsRenames: true };
  const args = argumentsOf(whole, [], ["-z", "--raw"]);
  const output = await runCachedGit("compare", args, { ...comparison, outputBytesMax: CHANGES_BYTES_MAX });
  return readRawChanges(output);
}

/**
 * The patch of some files, without context lines. For a renamed file both its paths must be among them.
 *
 * @param paths of files of either side; their number and length are the caller's to limit.
 * @throws as `streamGit` does.
 */
export function streamPatchOf(
  paths: readonly string[],
  comparison: WholeComparison & { readonly wholeTimeLimitMs?: number },
): Promise<Readable> {
  const whole = { ...comparison, ignoresWhitespace: false, detectsRenames: true };
  const args = argumentsOf(whole, paths.map(pathspecOf), ["--patch", "--unified=0"]);
  return streamGit("compare", args, comparison);
}
