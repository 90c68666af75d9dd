import { hasRawBytes, textToBytes } from "../../model/byte-text.ts";
import { Failure, invalidField } from "../../model/failure.ts";
import { type ObjectId, parseObjectId } from "../../model/object-id.ts";
import { GitError, runGit } from "../process/git-process.ts";
import type { TakeSlot } from "../process/process-slots.ts";
import { READ_MEMORY_BYTES_MAX, readFailure } from "../process/read-limits.ts";

export type CommitQuery = {
  readonly gitDir: string;
  /** Commits whose history is listed, themselves first. All of them must exist. */
  readonly include: readonly ObjectId[];
  /** Commits whose history is left out. All of them must exist. */
  readonly exclude: readonly ObjectId[];
  /** Keeps the commits that change this file, or something in this folder. Empty or `/` is no restriction. */
  readonly path?: string;
  readonly skip: number;
  readonly limit: number;
  readonly signal?: AbortSignal;
  readonly timeLimitMs?: number;
  /** Waits for a turn to run a process. */
  readonly takeSlot?: TakeSlot;
};

const TIME_LIMIT_MS = 30_000;

/** PATH_MAX of Linux: no checkout can hold a longer one. An argument of a process may have 128 KiB. */
export const PATH_BYTES_MAX = 4096;

/** An id and its line end. */
const LINE_BYTES = 41;

/**
 * The path for git, without slashes at its ends: git would find no file under a name with one.
 *
 * @throws Failure `invalid-input` for what cannot be given to git.
 */
function cleanPath(path: string): string {
  // git takes the path as an argument, and arguments end at NUL. A newline is legal in a file's name.
  if (path.includes("\0")) throw invalidField("path", "must not contain NUL");
  if (!path.isWellFormed()) throw invalidField("path", "is not well-formed text");
  if (Buffer.byteLength(path) > PATH_BYTES_MAX)
    throw invalidField("path", `is longer than ${PATH_BYTES_MAX} bytes`);
  const parts = path.split("/");
  return parts.filter((part) => part !== "").join("/");
}

/** git refuses such entries in a tree, so no commit changes them. As a pathspec it would resolve them. */
function hasImpossiblePart(path: string): boolean {
  return path.split("/").some((part) => part === "." || part === "..");
}

/**
 * For the standard input of git, behind the revisions: Node gives a process no arguments that are not UTF-8.
 *
 * @throws Failure `invalid-input` for a path that has a line feed as well, where a line of input would end.
 */
export function rawPathspec(path: string): Buffer {
  if (!hasRawBytes(path)) return Buffer.alloc(0);
  if (path.includes("\n")) throw invalidField("path", "has a line feed beside bytes that are not UTF-8");
  return Buffer.concat([Buffer.from("--\n:(literal)"), textToBytes(path), Buffer.from("\n")]);
}

function argumentsOf({ skip, limit }: CommitQuery, path: string): string[] {
  const args = ["rev-list", "--topo-order", `--skip=${skip}`, `--max-count=${limit}`, "--stdin"];
  return path === "" || hasRawBytes(path) ? args : [...args, "--", `:(literal)${path}`];
}

/**
 * Lists commits as `git log --topo-order include… ^exclude… -- path` does: newest first, no parent before its children.
 *
 * @throws Failure `unavailable` if it takes longer than the time limit, `invalid-input` naming `path` for a path with
 *   NUL or longer than PATH_BYTES_MAX.
 * @throws the reason of `signal` if it is aborted.
 */
export async function listCommits(query: CommitQuery): Promise<ObjectId[]> {
  const { gitDir, include, exclude, signal, limit, timeLimitMs = TIME_LIMIT_MS } = query;
  signal?.throwIfAborted();
  const path = cleanPath(query.path ?? "");
  if (include.length === 0 || limit === 0 || hasImpossiblePart(path)) return [];
  const giveBack = await query.takeSlot?.(signal ?? new AbortController().signal);
  const timeLimit = AbortSignal.timeout(timeLimitMs);
  // git 2.39 takes exclusions on standard input as `^id` lines; there may be more ids than fit in arguments.
  const input = [...include, ...exclude.map((id) => `^${id}`)].join("\n");
  try {
    const output = await runGit(argumentsOf(query, path), {
      gitDir,
      isLongWalk: true,
      memoryBytesMax: READ_MEMORY_BYTES_MAX,
      input: Buffer.concat([Buffer.from(`${input}\n`), rawPathspec(path)]),
      outputBytesMax: (limit + 1) * LINE_BYTES,
      signal: signal === undefined ? timeLimit : AbortSignal.any([signal, timeLimit]),
    });
    const lines = output.toString("latin1").split("\n");
    return lines.map(parseObjectId).filter((id) => id !== undefined);
  } catch (error) {
    signal?.throwIfAborted();
    if (!(error instanceof GitError) || !timeLimit.aborted) throw readFailure("list commits", error);
    throw new Failure(
      "unavailable",
      `Cannot list commits: it takes longer than ${timeLimitMs / 1000} seconds`,
    );
  } finally {
    giveBack?.();
  }
}
