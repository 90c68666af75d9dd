import type { ConflictScenario, FileConflict } from "../git/diffs/list-conflicts.ts";

/** The first is Bitbucket's own, from the reference's example; it has no other, so the rest are our words. */
const MESSAGES: Record<ConflictScenario, string> = {
  content: "File modified in both source and destination",
  binary: "Binary file modified in both source and destination",
  symlink: "Symbolic link points to different targets in source and destination",
  subrepo: "Submodule moved to different commits in source and destination",
  mode: "File mode differs between source and destination",
  type: "Path has a different type in source and destination",
  rename: "Renamed in both source and destination, or into a folder renamed by the other",
  delete_modify: "File deleted in source and modified in destination",
  modify_delete: "File modified in source and deleted in destination",
  delete_rename: "File deleted in source and renamed in destination",
  rename_delete: "File renamed in source and deleted in destination",
  directory_file: "Path is a directory in source and a file in destination",
  file_directory: "Path is a file in source and a directory in destination",
  unknown: "Path cannot be merged",
};

/** A `file_conflict` of the reference; no answer is recorded, so its `type` is the definition's name. */
export function representFileConflict({ path, scenario }: FileConflict) {
  return { type: "file_conflict", path: path.toString(), scenario, message: MESSAGES[scenario] };
}
