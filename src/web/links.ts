import { encodeBytes } from "../model/byte-text.ts";
import type { ObjectId } from "../model/object-id.ts";
import type { RepositoryName } from "../model/repository.ts";
import type { Project, Workspace } from "../model/workspace.ts";

/** Paths of pages. Every part is percent-encoded, so that no name leads elsewhere. */

export function workspacePath({ slug }: Pick<Workspace, "slug">, ...rest: readonly string[]): string {
  return [`/${slug}/workspace`, ...rest].join("/");
}

export function projectPath(workspace: Pick<Workspace, "slug">, { key }: Pick<Project, "key">): string {
  return workspacePath(workspace, "projects", key);
}

/** `rest` is written as it is: words of ours. */
export function repositoryPath({ workspace, slug }: RepositoryName, ...rest: readonly string[]): string {
  return [`/${workspace.slug}/${slug}`, ...rest].join("/");
}

/** A part of a path, with its slashes encoded: the name of a branch is one part. Of names that are not UTF-8 their bytes. */
export function pathPart(text: string): string {
  // A part of dots alone would be taken for a folder above.
  return /^\.{1,2}$/.test(text) ? text.replaceAll(".", "%2E") : encodeBytes(text);
}

/** The path of a file, whose slashes stay. */
export function filePathParts(path: string): string {
  return path.split("/").map(pathPart).join("/");
}

/** A file or folder as of a revision: a commit, a branch or a tag. `view` is `src`, `raw`, `annotate` or `history-node`. */
export function sourcePath(
  repository: RepositoryName,
  view: "src" | "raw" | "annotate" | "history-node",
  revision: string,
  path = "",
): string {
  return repositoryPath(repository, view, pathPart(revision), filePathParts(path));
}

export function commitPath(repository: RepositoryName, id: ObjectId): string {
  return repositoryPath(repository, "commits", id);
}

export function branchPath(repository: RepositoryName, name: string): string {
  return repositoryPath(repository, "branch", pathPart(name));
}

export function pullRequestPath(repository: RepositoryName, id: number, ...rest: readonly string[]): string {
  return repositoryPath(repository, "pull-requests", String(id), ...rest);
}

/** With a query, whose empty values are left out. */
export function withQuery(
  path: string,
  query: Readonly<Record<string, string | number | undefined>>,
): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query))
    if (value !== undefined && value !== "") parameters.set(name, String(value));
  const text = parameters.toString();
  return text === "" ? path : `${path}?${text}`;
}
