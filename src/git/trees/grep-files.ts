import { bytesToText, hasRawBytes } from "../../model/byte-text.ts";
import type { ObjectId } from "../../model/object-id.ts";
import { comparingCommand } from "../diffs/run-limited-git.ts";
import { splitAtNul } from "../history/split-at-nul.ts";
import { GitError } from "../process/git-process.ts";
import { openGitStream } from "../process/git-stream.ts";
import { READ_MEMORY_BYTES_MAX } from "../process/read-limits.ts";

export type GrepQuery = {
  readonly gitDir: string;
  readonly commit: ObjectId;
  /** Letters, digits and `_` alone, in small letters; one at least. They follow each other with punctuation between them. */
  readonly words: readonly string[];
  /** Files that are not looked into, as `bytesToText` of their paths. */
  readonly excluded: readonly string[];
  /** Of all paths together. */
  readonly bytesMax: number;
  readonly signal: AbortSignal;
};

/** What stands between the words of a phrase: all of ASCII's punctuation but `_`, and white space. A range of bytes in the C locale. */
const BETWEEN = "[!-/:-@[-^`{-~[:space:]]+";

/** Words have no character that means something in a pattern. git folds the case of ASCII alone in the C locale. */
function patternOf(words: readonly string[]): string {
  return words.map((word) => word.replace(/[^\w]/gu, foldCase)).join(BETWEEN);
}

function foldCase(letter: string): string {
  const upper = letter.toUpperCase();
  return upper === letter || upper.length !== letter.length ? letter : `(${letter}|${upper})`;
}

/** git-grep(1): nothing matches. */
const NOTHING_FOUND = 1;

/**
 * The text files of a commit with a line that has the words, whatever their case.
 *
 * @throws GitError, or the reason of `signal` if it is aborted.
 */
export async function grepFiles({
  commit,
  words,
  excluded,
  bytesMax,
  ...options
}: GrepQuery): Promise<ReadonlySet<string>> {
  const found = new Set<string>();
  const pathspecs = excluded
    .filter((path) => !hasRawBytes(path))
    .map((path) => `:(top,exclude,literal)${path}`);
  const args = comparingCommand([
    ...[
      "grep",
      "--files-with-matches",
      "--null",
      "-I",
      "--ignore-case",
      "--word-regexp",
      "--extended-regexp",
    ],
    ...["--no-color", "--full-name", "--threads=1", "-e", patternOf(words), commit, "--", ...pathspecs],
  ]);
  let bytes = 0;
  try {
    const stream = await openGitStream(args, { memoryBytesMax: READ_MEMORY_BYTES_MAX, ...options });
    for await (const entry of splitAtNul(stream as AsyncIterable<Buffer>)) {
      bytes += entry.length;
      // Leaving the loop ends the process.
      if (bytes > bytesMax) break;
      // `<commit>:<path>`
      found.add(bytesToText(entry.subarray(commit.length + 1)));
    }
  } catch (error) {
    if (!(error instanceof GitError) || error.status !== NOTHING_FOUND || error.stderr !== "") throw error;
  }
  return found;
}
