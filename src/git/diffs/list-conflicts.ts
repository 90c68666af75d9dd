import type { ObjectId } from "../../model/object-id.ts";
import type { GitOptions } from "../process/git-process.ts";
import { type ConflictedPath, parseMergeOutput } from "./parse-merge-output.ts";
import { runCachedGit } from "./run-cached-git.ts";

/**
 * What stands in the way of merging `source` into `destination`, which must have a common ancestor. Two words with a line
 * between: what the source did, then what the destination did.
 */
export type ConflictScenario =
  | "content"
  | "binary"
  | "symlink"
  | "subrepo"
  | "mode"
  | "type"
  | "rename"
  | "delete_modify"
  | "modify_delete"
  | "delete_rename"
  | "rename_delete"
  | "directory_file"
  | "file_directory"
  | "unknown";

export type FileConflict = { readonly path: Buffer; readonly scenario: ConflictScenario };

export type MergeQuery = GitOptions & {
  /** git writes the merged tree: a folder to throw away. */
  readonly objectFolder: string;
  readonly source: ObjectId;
  readonly destination: ObjectId;
  readonly signal: AbortSignal;
};

const SYMLINK_MODE = "120000";
const SUBMODULE_MODE = "160000";

/** @throws as `runLimitedGit` does. */
export async function listConflicts(query: MergeQuery): Promise<FileConflict[]> {
  const { source, destination } = query;
  // git-merge-tree(1): status 1 is "there are conflicts".
  const output = await runCachedGit(
    "merge",
    ["merge-tree", "--write-tree", "-z", "--messages", "--end-of-options", destination, source],
    { ...query, statuses: [0, 1] },
  );
  const conflicts = parseMergeOutput(output).map((conflicted) => ({
    path: originalPath(conflicted.path, [source, destination]),
    scenario: scenarioOf(conflicted),
  }));
  return sortedOnce(conflicts);
}

/** Where two things want one name, git calls the second `name~<commit>`, with `_1` and so on if that is taken too. */
function originalPath(path: Buffer, commits: readonly ObjectId[]): Buffer {
  const text = path.toString("latin1");
  const added = new RegExp(`~(?:${commits.join("|")})(?:_\\d+)?$`).exec(text);
  return added === null ? path : path.subarray(0, added.index);
}

function sortedOnce(conflicts: readonly FileConflict[]): FileConflict[] {
  const byKey = new Map<string, FileConflict>();
  for (const conflict of conflicts)
    byKey.set(`${conflict.scenario}\0${conflict.path.toString("latin1")}`, conflict);
  return [...byKey.values()].sort((one, other) => Buffer.compare(one.path, other.path));
}

/**
 * From git's kind of conflict and from what each side has. git's merge does not tell a file that was renamed onto a new one
 * from two new ones of a name, and knows no flags, so `add_rename`, `rename_add` and `flags` never come.
 */
export function scenarioOf(conflicted: ConflictedPath): ConflictScenario {
  const { ours, theirs, kinds } = conflicted;
  const sides = [ours, theirs].filter((side) => side !== undefined);
  const kind = kinds[0];
  if (kind === undefined) return "unknown";
  if (kind.includes("submodule")) return "subrepo";
  if (kind.includes("(binary)")) return "binary";
  if (kind.includes("(modify/delete)")) return theirs === undefined ? "delete_modify" : "modify_delete";
  if (kind.includes("(rename/delete)")) return theirs === undefined ? "delete_rename" : "rename_delete";
  // The side that has a file at the path is not the one with the folder.
  if (kind.includes("(file/directory)")) return theirs === undefined ? "directory_file" : "file_directory";
  if (kind.includes("(distinct modes)") || kind.includes("(distinct types)")) return "type";
  if (kind.includes("rename")) return "rename";
  if (!kind.includes("(contents)")) return "unknown";
  if (sides.every(({ mode }) => mode === SUBMODULE_MODE)) return "subrepo";
  if (sides.every(({ mode }) => mode === SYMLINK_MODE)) return "symlink";
  return ours?.id === theirs?.id ? "mode" : "content";
}
