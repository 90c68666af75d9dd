import { rm } from "node:fs/promises";
import { join } from "node:path";
import { readGraphChecksum } from "../../git/packs/maintain.ts";
import { GitError, type GitOptions, runGit } from "../../git/process/git-process.ts";
import { digestFile } from "../files/digest-file.ts";
import { hasCode } from "../files/has-code.ts";

/**
 * A commit graph has 34 bits for a date (gitformat-commit-graph(5)), and generation numbers that are made from dates.
 * git reports a value that does not fit as a fault of the graph, and a new graph would have the same fault.
 */
const DATE_FAULT =
  /^(?:commit date for commit [0-9a-f]+ in commit-graph is \d+ != \d+|commit-graph generation for commit [0-9a-f]+ is \d+ < \d+)$/;
const FAULTS_TOLD_MAX = 3;

export type MendedGraph = {
  /** What was wrong. */
  readonly fault: string;
  /** The checksum of the new graph, in hex; empty if none could be written. */
  readonly checksum: string;
};

/**
 * Checks that the commit graph is intact and agrees with the objects. If it does not, it is removed and written again
 * from the objects. The refs must have been written to the disk before.
 *
 * @returns undefined if nothing was wrong.
 */
export async function mendCommitGraph(options: GitOptions): Promise<MendedGraph | undefined> {
  const fault = await findGraphFault(options);
  if (fault === undefined) return undefined;
  await rm(graphPath(options), { force: true });
  try {
    await runGit(["commit-graph", "write", "--reachable", "--changed-paths", "--no-progress"], options);
  } catch (error) {
    // Objects are missing, which is reported elsewhere. Everything works without a graph, only slower.
    if (!(error instanceof GitError) || error.status === undefined) throw error;
  }
  return { fault, checksum: await readGraphChecksum(options.gitDir) };
}

/** What is wrong with the commit graph, in words; undefined if nothing is, or there is none. */
export async function findGraphFault(options: GitOptions): Promise<string | undefined> {
  const path = graphPath(options);
  try {
    if (!(await digestFile(path)).isTrailerRight) return "the commit graph was damaged";
  } catch (error) {
    if (hasCode(error, "ENOENT")) return undefined;
    throw error;
  }
  try {
    await runGit(["commit-graph", "verify", "--no-progress"], options);
    return undefined;
  } catch (error) {
    if (!(error instanceof GitError) || error.status === undefined) throw error;
    // The last line may have been cut off.
    const lines = error.stderr.split("\n").slice(0, -1);
    const faults = lines.filter((line) => line !== "" && !DATE_FAULT.test(line));
    if (faults.length === 0) return undefined;
    return `the commit graph did not agree with the objects: ${faults.slice(0, FAULTS_TOLD_MAX).join("; ")}`;
  }
}

function graphPath({ gitDir }: GitOptions): string {
  return join(gitDir, "objects", "info", "commit-graph");
}
