import { type ObjectId, parseObjectId } from "../../../model/object-id.ts";
import { findPathAtCommit, type SourcePorts } from "../../../operations/source/source.ts";
import { sourcePath } from "../../links.ts";
import type { RepositoryPageRequest } from "../../page.ts";

export type SourceView = "src" | "raw" | "annotate" | "history-node";

/** What an address of a file names. */
export type FoundSource = {
  /** As the address has it: a branch, a tag or a commit. */
  readonly revision: string;
  readonly commit: ObjectId;
  /** Without slashes at its ends; empty is the root. As `bytesToText` of it. */
  readonly path: string;
  /** The address names the commit itself, so it shows the same for ever. */
  readonly isPermanent: boolean;
};

/**
 * What the address names, or where the page is: REST's links, and people, write the slashes of a branch as they are, and the page
 * is where they are encoded.
 *
 * @throws Failure not-found.
 */
export async function findSource(
  ports: SourcePorts,
  { repository, params, query }: Pick<RepositoryPageRequest, "repository" | "params" | "query">,
  view: SourceView,
): Promise<FoundSource | { readonly location: string }> {
  const asked = params.commit ?? "";
  const askedPath = params.path ?? "";
  const { commit, path } = await findPathAtCommit(ports, repository, asked, askedPath);
  if (path.length < askedPath.length) {
    const taken = askedPath.slice(0, askedPath.length - path.length).replace(/\/$/, "");
    const rest = query.size === 0 ? "" : `?${query}`;
    return { location: sourcePath(repository, view, `${asked}/${taken}`, trimSlashes(path)) + rest };
  }
  const isPermanent = parseObjectId(asked.toLowerCase()) === commit;
  return { revision: asked, commit, path: trimSlashes(path), isPermanent };
}

function trimSlashes(path: string): string {
  return path
    .split("/")
    .filter((part) => part !== "")
    .join("/");
}
