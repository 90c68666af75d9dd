import { type ObjectId, parseObjectId } from "../../model/object-id.ts";
import type { GitOptions } from "../process/git-process.ts";
import { runCachedGit } from "./run-cached-git.ts";

/**
 * A best common ancestor of two commits, which must exist; undefined if their histories have nothing in common. If there
 * are several, the first that git names.
 *
 * @throws as `runLimitedGit` does.
 */
export async function findMergeBase(
  options: GitOptions & { readonly signal: AbortSignal },
  one: ObjectId,
  other: ObjectId,
): Promise<ObjectId | undefined> {
  // git-merge-base(1): status 1 is "there is none".
  const output = await runCachedGit(
    "find the common ancestor",
    ["merge-base", "--end-of-options", one, other],
    {
      ...options,
      statuses: [0, 1],
    },
  );
  return parseObjectId(output.toString("latin1").trim());
}
