import { type ObjectId, parseObjectId } from "../../model/object-id.ts";
import { GitError, type GitOptions, runGit } from "../git-process.ts";

type Options = GitOptions & { readonly signal: AbortSignal };

/**
 * Whether everything that `tips` reach is there, given that everything which `known` reaches is.
 * git 2.39 takes exclusions on standard input as `^id` lines.
 */
export async function isConnected(
  tips: readonly ObjectId[],
  known: Iterable<ObjectId>,
  options: Options,
): Promise<boolean> {
  const lines = [...new Set(tips)].map((tip) => `${tip}\n`);
  for (const id of new Set(known)) lines.push(`^${id}\n`);
  try {
    await runGit(["rev-list", "--objects", "--stdin", "--quiet"], { ...options, input: lines.join("") });
    return true;
  } catch (error) {
    options.signal.throwIfAborted();
    if (error instanceof GitError && error.status !== undefined) return false;
    throw error;
  }
}

export type TipObject = {
  readonly type: string;
  /** What an annotated tag finally points at. */
  readonly peeled: ObjectId | undefined;
};

/** The types of objects, and what tags peel to. Objects that are not there are not in the result. */
export async function readTips(
  ids: readonly ObjectId[],
  options: Options,
): Promise<Map<ObjectId, TipObject>> {
  const asked = [...new Set(ids)];
  const output = await runGit(["cat-file", "--batch-check=%(objectname) %(objecttype)"], {
    ...options,
    input: asked.map((id) => `${id}\n${id}^{}\n`).join(""),
  });
  const lines = output.toString().split("\n");
  const tips = new Map<ObjectId, TipObject>();
  for (const [index, id] of asked.entries()) {
    const [, type] = lines[2 * index]!.split(" ");
    if (type === undefined || type === "missing") continue;
    const peeled = parseObjectId(lines[2 * index + 1]!.split(" ")[0] ?? "");
    tips.set(id, { type, peeled: type === "tag" ? peeled : undefined });
  }
  return tips;
}
