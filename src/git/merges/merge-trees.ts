import { type ObjectId, parseObjectId } from "../../model/object-id.ts";
import { runLimitedGit } from "../diffs/run-limited-git.ts";
import { GitError, type GitOptions } from "../process/git-process.ts";

export type MergeGit = GitOptions & {
  /** git writes what the repository does not have yet. */
  readonly objectFolder: string;
  readonly signal: AbortSignal;
};

export type MergedTrees =
  | { readonly kind: "clean"; readonly tree: ObjectId }
  | { readonly kind: "conflicts" }
  /** The two have no common ancestor. */
  | { readonly kind: "unrelated" };

/** git-merge-tree(1): status 1 is "there are conflicts", even if no file is named. */
const CONFLICTS_STATUS = 1;
const UNRELATED = /refusing to merge unrelated histories/;

/**
 * Merges two commits as `git merge` does, without a work tree. Files of the commits, such as `.gitattributes`, have no say
 * in how.
 *
 * @throws Failure timed-out if it takes too long or too much memory.
 * @throws the reason of the signal if it is aborted.
 */
export async function mergeTrees(
  git: MergeGit,
  { ours, theirs }: { readonly ours: ObjectId; readonly theirs: ObjectId },
): Promise<MergedTrees> {
  try {
    const args = ["merge-tree", "--write-tree", "--no-messages", "--end-of-options", ours, theirs];
    const output = await runLimitedGit("merge", args, git);
    const tree = parseObjectId(output.toString("latin1").trim());
    if (tree === undefined) throw new Error(`git merge-tree printed no tree: "${output}"`);
    return { kind: "clean", tree };
  } catch (error) {
    if (!(error instanceof GitError)) throw error;
    if (error.status === CONFLICTS_STATUS) return { kind: "conflicts" };
    if (UNRELATED.test(error.stderr)) return { kind: "unrelated" };
    throw error;
  }
}
