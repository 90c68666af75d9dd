import type { Readable } from "node:stream";
import type { ObjectId } from "../../model/object-id.ts";
import { type StreamOptions, streamGit } from "./stream-git.ts";

/** One commit against its first parent, or all that `include` has and `exclude` has not. All must exist. */
export type PatchQuery = StreamOptions &
  (
    | { readonly commit: ObjectId }
    | { readonly include: ObjectId; readonly exclude: ObjectId; readonly commit?: never }
  );

/**
 * An mbox of patches as `git format-patch --stdout` writes it, oldest first, for `git am`. Merges have none in a series.
 * The line with git's version at the end of each is left out: an answer must not change with it.
 *
 * @throws as `streamGit` does.
 */
export function streamPatches(query: PatchQuery): Promise<Readable> {
  const revisions =
    query.commit === undefined
      ? ["--end-of-options", query.include, `^${query.exclude}`]
      : // A merge is left out of patches unless it is asked for with its first parent.
        ["--max-count=1", "--no-max-parents", "--diff-merges=first-parent", "--end-of-options", query.commit];
  const args = [
    "format-patch",
    "--stdout",
    "--no-signature",
    "--no-notes",
    "--no-ext-diff",
    "--no-textconv",
    "--no-color",
    "--ignore-submodules=none",
    "--submodule=short",
    "--src-prefix=a/",
    "--dst-prefix=b/",
    "-M",
    "-l1000",
    ...revisions,
  ];
  return streamGit("make patches", args, query);
}
