import { quotePath } from "../git/quote-path.ts";
import { bytesToText, encodeBytes } from "../model/byte-text.ts";
import { mediaTypeOf } from "../model/media-type.ts";
import type { ObjectId } from "../model/object-id.ts";
import type { Repository } from "../model/repository.ts";
import { representCondensedCommit } from "./commit.ts";
import { type BaseUrls, repositoryApiUrl } from "./links.ts";

export type EntryContext = {
  readonly repository: Repository;
  readonly baseUrls: BaseUrls;
  /** The commit that was asked for, not the one that last changed the entry. */
  readonly commit: ObjectId;
};

/** What a representation shows of a file. `path` is bytes; bytes that are not UTF-8 are shown as U+FFFD. */
export type FileDetails = {
  readonly path: Buffer;
  readonly size: number;
  readonly attributes: readonly string[];
};

/** A path in a URL, in the text of `bytesToText`: its slashes stay. */
export function encodePath(path: string): string {
  return path.split("/").map(encodeBytes).join("/");
}

function entryUrl(kind: "src" | "filehistory", { repository, baseUrls, commit }: EntryContext, path: string) {
  return `${repositoryApiUrl(baseUrls, repository)}/${kind}/${commit}/${encodePath(path)}`;
}

/** A `commit_file`: contract, rest.md §2.11. `commit` is the condensed commit unless given in full. */
export function representFile(
  { path, size, attributes }: FileDetails,
  context: EntryContext,
  commit: object = representCondensedCommit(context.baseUrls, context.repository, context.commit),
) {
  const text = path.toString();
  const linked = bytesToText(path);
  const self = entryUrl("src", context, linked);
  return {
    path: text,
    commit,
    type: "commit_file",
    attributes,
    escaped_path: quotePath(path),
    size,
    mimetype: mediaTypeOf(text) ?? null,
    links: {
      self: { href: self },
      meta: { href: `${self}?format=meta` },
      history: { href: entryUrl("filehistory", context, linked) },
    },
  };
}

/** A `commit_directory`. Its links end with a slash; the root's path is empty. */
export function representDirectory(path: Buffer, context: EntryContext) {
  const text = path.toString();
  const linked = bytesToText(path);
  const self = text === "" ? entryUrl("src", context, "") : `${entryUrl("src", context, linked)}/`;
  return {
    path: text,
    commit: representCondensedCommit(context.baseUrls, context.repository, context.commit),
    type: "commit_directory",
    links: { self: { href: self }, meta: { href: `${self}?format=meta` } },
  };
}
