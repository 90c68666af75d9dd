import type { FileChange } from "../git/diffs/parse-changes.ts";
import { quotePath } from "../git/quote-path.ts";
import { bytesToText } from "../model/byte-text.ts";
import type { ObjectId } from "../model/object-id.ts";
import type { Repository } from "../model/repository.ts";
import { type BaseUrls, repositoryApiUrl } from "./links.ts";
import { encodePath } from "./tree-entry.ts";

/** Where one side of a diff is found. */
export type DiffSideContext = { readonly repository: Repository; readonly commit: ObjectId };

export type DiffstatContext = {
  readonly baseUrls: BaseUrls;
  /** Undefined where a root commit is compared with nothing: then every change is an addition. */
  readonly old: DiffSideContext | undefined;
  readonly new: DiffSideContext;
};

/** A `diffstat`: contract, rest.md §2.12, with the keys in the order of the recording. */
export function representDiffstat(change: FileChange, { baseUrls, old, new: new_ }: DiffstatContext) {
  return {
    type: "diffstat",
    lines_added: change.linesAdded,
    lines_removed: change.linesRemoved,
    status: change.status,
    old: change.status === "added" || old === undefined ? null : representSide(baseUrls, old, change.oldPath),
    new: change.status === "removed" ? null : representSide(baseUrls, new_, change.newPath),
  };
}

function representSide(baseUrls: BaseUrls, { repository, commit }: DiffSideContext, path: Buffer) {
  const text = path.toString();
  return {
    path: text,
    type: "commit_file",
    escaped_path: quotePath(path),
    links: {
      self: {
        href: `${repositoryApiUrl(baseUrls, repository)}/src/${commit}/${encodePath(bytesToText(path))}`,
      },
    },
  };
}
