import type { ObjectId } from "../../model/object-id.ts";
import { GitError, type GitOptions, runGit } from "../process/git-process.ts";
import { TOLERATED_FAULTS } from "./index-pack.ts";

export type CheckOptions = GitOptions & {
  /** Reads every object too, so that bytes that the disk has lost are seen. It takes as long as reading all packs. */
  readonly isFull: boolean;
};

const LINES_MAX = 10;
/** An object that is there and whole, in a form that git finds fault with: it was taken with the history that it is of. */
const FORM_FAULT = /^error in (?:commit|tree|blob|tag) [0-9a-f]+: /;
const FORM_STATUS = 1;
/** git-fsck(1) ends with a sum of bits, one for each kind of fault; 128 is git's own end when it cannot go on. */
const STATUSES = [...Array(64).keys(), 128];

/**
 * What `git fsck` finds wrong in what the refs on the disk reach, which must have been written.
 *
 * @returns its first lines, none if all is well.
 */
export async function findFaults({ isFull, ...options }: CheckOptions): Promise<readonly string[]> {
  const args = TOLERATED_FAULTS.flatMap((fault) => ["-c", `fsck.${fault}=ignore`]);
  // The commit graph is looked at by itself: it says nothing about what is there.
  args.push(
    "-c",
    "core.commitGraph=false",
    "fsck",
    "--no-dangling",
    "--no-progress",
    ...(isFull ? ["--full"] : ["--connectivity-only"]),
  );
  try {
    await runGit(args, options);
    return [];
  } catch (error) {
    if (!(error instanceof GitError) || error.status === undefined) throw error;
    // What is missing it says on stdout, what is damaged on stderr.
    const said = await runGit(args, { ...options, statuses: STATUSES });
    const lines = `${error.stderr}\n${said}`
      .split("\n")
      .filter((line) => /^(error|fatal|missing|broken)/.test(line));
    const [faults, forms] = [
      lines.filter((line) => !FORM_FAULT.test(line)),
      lines.filter((line) => FORM_FAULT.test(line)),
    ];
    if (faults.length === 0 && forms.length > 0 && error.status === FORM_STATUS) return [];
    return faults.length === 0 ? [`git fsck ended with status ${error.status}`] : faults.slice(0, LINES_MAX);
  }
}

/**
 * What is missing of what `tips` reach and `known` does not, as `git rev-list` tells it.
 *
 * @param tips these and `known` must be there.
 * @returns its first lines, none if all is there.
 */
export async function findMissingBelow(
  tips: readonly ObjectId[],
  known: readonly ObjectId[],
  options: GitOptions,
): Promise<readonly string[]> {
  if (tips.length === 0) return [];
  const input = [...tips, ...known.map((id) => `^${id}`)].map((line) => `${line}\n`).join("");
  const args = ["-c", "core.commitGraph=false", "rev-list", "--objects", "--stdin", "--quiet"];
  try {
    await runGit(args, { ...options, input });
    return [];
  } catch (error) {
    if (!(error instanceof GitError) || error.status === undefined) throw error;
    const lines = error.stderr.split("\n").filter((line) => /^(error|fatal)/.test(line));
    return lines.length === 0
      ? [`git rev-list ended with status ${error.status}`]
      : lines.slice(0, LINES_MAX);
  }
}
