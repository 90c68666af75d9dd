import { hasRawBytes } from "../../model/byte-text.ts";
import type { ObjectId } from "../../model/object-id.ts";
import { parseObjectId, ZERO_OBJECT_ID } from "../../model/object-id.ts";
import { openGitStream } from "../process/git-stream.ts";
import { READ_MEMORY_BYTES_MAX } from "../process/read-limits.ts";
import { rawPathspec } from "./list-commits.ts";
import { splitAtNul } from "./split-at-nul.ts";

/** A commit that changed a file, and what the file was after it. */
export type FileChange = {
  readonly commit: ObjectId;
  /** The file's path in this commit: another one before a rename. Bytes, as git has them. */
  readonly path: Buffer;
  readonly mode: number;
  /** Undefined if the commit removed the file. */
  readonly id: ObjectId | undefined;
};

export type FileHistoryQuery = {
  readonly gitDir: string;
  readonly commit: ObjectId;
  /** Well-formed, without NUL, without slashes at its ends and without `.` and `..` as parts. */
  readonly path: string;
  readonly followsRenames: boolean;
  readonly signal: AbortSignal;
};

/** The id alone. What git prints for a date that it cannot read is empty, or of any length. */
const FORMAT = "--format=tformat:%H";
/** `:<old mode> <new mode> <old id> <new id> <status>`: git-diff(1), "Raw output format". Renames and copies name two paths. */
const RAW = /^\n?:\d{6} (\d{6}) [0-9a-f]{40} ([0-9a-f]{40}) ([A-Z])\d*$/;

/**
 * The commits that changed a file, newest first, as `git log --follow --date-order` has them: with renames followed,
 * merges are left out. Ends when its reader stops.
 *
 * @throws GitError, or the reason of `signal` if it is aborted.
 */
export async function* listFileHistory(query: FileHistoryQuery): AsyncGenerator<FileChange> {
  // Without following, history is simplified as for any path, and a merge that is left in did change the file.
  const renames = query.followsRenames ? ["--follow"] : ["--no-renames", "--diff-merges=first-parent"];
  const args = ["log", FORMAT, "-z", "--raw", "--no-abbrev", "--date-order", ...renames];
  const input = Buffer.concat([Buffer.from(`${query.commit}\n`), rawPathspec(query.path)]);
  const isRaw = hasRawBytes(query.path);
  const pathspec = isRaw ? [] : ["--", `:(literal)${query.path}`];
  const stream = await openGitStream([...args, "--stdin", ...pathspec], {
    ...query,
    input,
    isLongWalk: true,
    memoryBytesMax: READ_MEMORY_BYTES_MAX,
  });
  let commit: ObjectId | undefined;
  let raw: { readonly mode: number; readonly id: ObjectId | undefined; pathsLeft: number } | undefined;
  for await (const text of splitAtNul(stream as AsyncIterable<Buffer>)) {
    if (raw !== undefined) {
      raw.pathsLeft -= 1;
      if (raw.pathsLeft > 0) continue;
      if (commit !== undefined) yield { commit, mode: raw.mode, id: raw.id, path: text };
      // One path was asked for, so a commit has one change: what else it prints belongs to a folder.
      commit = undefined;
      raw = undefined;
      continue;
    }
    const line = text.toString("latin1");
    const found = RAW.exec(line);
    if (found === null) commit = readCommitId(line);
    else raw = readRaw(found);
  }
}

function readCommitId(line: string): ObjectId {
  const commit = parseObjectId(line);
  if (commit === undefined) throw new Error("git log: prints something else than it was asked for");
  return commit;
}

function readRaw([, mode = "", id = "", status = ""]: RegExpExecArray) {
  const blob = parseObjectId(id);
  return {
    mode: Number.parseInt(mode, 8),
    id: blob === ZERO_OBJECT_ID ? undefined : blob,
    pathsLeft: status === "R" || status === "C" ? 2 : 1,
  };
}
