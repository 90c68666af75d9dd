import type { ObjectId } from "../../model/object-id.ts";
import { GitError, type GitOptions, runGit } from "../process/git-process.ts";

/**
 * Whether `commit` is `descendant` itself or in its history.
 *
 * @throws GitError, with a status of its own, if one of them is not there.
 */
export async function isAncestor(
  commit: ObjectId,
  descendant: ObjectId,
  options: GitOptions & { readonly signal?: AbortSignal },
): Promise<boolean> {
  if (commit === descendant) return true;
  try {
    await runGit(["merge-base", "--is-ancestor", "--end-of-options", commit, descendant], options);
    return true;
  } catch (error) {
    options.signal?.throwIfAborted();
    // git-merge-base(1): status 1 says no.
    if (error instanceof GitError && error.status === 1) return false;
    throw error;
  }
}
