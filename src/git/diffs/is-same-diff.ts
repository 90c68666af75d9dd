import { createHash } from "node:crypto";
import { Failure } from "../../model/failure.ts";
import type { ObjectId } from "../../model/object-id.ts";
import type { GitOptions } from "../process/git-process.ts";
import { streamDiff } from "./compare-trees.ts";
import { findMergeBase } from "./find-merge-base.ts";
import { EMPTY_TREE } from "./run-limited-git.ts";

type Options = GitOptions & { readonly signal: AbortSignal };

/** A longer comparison counts as another diff. */
const TIME_LIMIT_MS = 30_000;

/** What a commit changes about what a branch has: it is compared with its common ancestor with the branch. */
export type BranchDiff = { readonly branch: ObjectId; readonly tip: ObjectId };

/**
 * Whether two diffs change the same, wherever in the files. A diff that takes too long to tell counts as another one.
 *
 * @throws the reason of `signal` if it is aborted.
 */
export async function isSameDiff(one: BranchDiff, other: BranchDiff, options: Options): Promise<boolean> {
  try {
    return (await digestDiff(one, options)) === (await digestDiff(other, options));
  } catch (error) {
    options.signal.throwIfAborted();
    if (error instanceof Failure && error.kind === "timed-out") return false;
    throw error;
  }
}

async function digestDiff({ branch, tip }: BranchDiff, options: Options): Promise<string> {
  const base = await findMergeBase(options, branch, tip);
  const diff = await streamDiff(
    {
      ...options,
      old: base ?? EMPTY_TREE,
      new: tip,
      paths: [],
      ignoresWhitespace: false,
      detectsRenames: true,
      wholeTimeLimitMs: TIME_LIMIT_MS,
    },
    { contextLines: 3, showsBinaryContent: true },
  );
  return digestPatch(diff);
}

/** Lines that tell where a change is, and of which blobs: both differ for the same change elsewhere. */
const HUNK = Buffer.from("@@ ");
const INDEX = Buffer.from("index ");
const LINE_FEED = 0x0a;

/** A digest of a patch without line numbers and object ids. Lines of content begin with another character. */
export async function digestPatch(patch: AsyncIterable<Buffer>): Promise<string> {
  const hash = createHash("sha256");
  // The beginning of a line, until it is long enough to tell what it is; then whether its rest counts.
  let head: Buffer | undefined = Buffer.alloc(0);
  let counts = true;
  for await (const chunk of patch) {
    for (let start = 0; start < chunk.length; ) {
      const end = chunk.indexOf(LINE_FEED, start);
      const piece = chunk.subarray(start, end === -1 ? chunk.length : end + 1);
      start += piece.length;
      if (head === undefined) {
        if (counts) hash.update(piece);
      } else {
        head = Buffer.concat([head, piece]);
        if (end === -1 && head.length < INDEX.length) continue;
        const isHunk = head.subarray(0, HUNK.length).equals(HUNK);
        counts = !isHunk && !head.subarray(0, INDEX.length).equals(INDEX);
        hash.update(isHunk ? HUNK : counts ? head : Buffer.alloc(0));
        head = undefined;
      }
      if (end !== -1) head = Buffer.alloc(0);
    }
  }
  if (head !== undefined) hash.update(head);
  return hash.digest("hex");
}
