import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { Failure } from "../../model/failure.ts";
import { type ObjectId, parseObjectId } from "../../model/object-id.ts";
import { GitError, type GitOptions, runGit } from "../process/git-process.ts";
import { describeOwnTrouble } from "./index-pack.ts";

type Options = GitOptions & { readonly signal?: AbortSignal };

/**
 * Whether everything that `tips` reach is there, given that everything which `known` reaches is.
 * git 2.39 takes exclusions on standard input as `^id` lines.
 */
export function isConnected(
  tips: readonly ObjectId[],
  known: Iterable<ObjectId>,
  options: Options,
): Promise<boolean> {
  return succeeds(["rev-list", "--objects", "--stdin", "--quiet"], tips, known, options);
}

/**
 * Makes the packs of a quarantine complete: what `tips` reach and neither they have nor `known` reaches is copied into one more
 * pack there. Such objects are in the repository by chance, of refs that have gone long ago, and may be dropped at any time;
 * what refs are to reach must not depend on them. Where the boundary cannot be told exactly, more is copied.
 *
 * @returns false if something is nowhere.
 */
export async function completeQuarantine(
  tips: readonly ObjectId[],
  known: Iterable<ObjectId>,
  options: Options & { readonly objectFolder: string },
): Promise<boolean> {
  const folder = join(options.objectFolder, "pack");
  const own = (await readdir(folder)).filter((name) => name.endsWith(".pack") && name.startsWith("pack-"));
  const args = ["pack-objects", "--revs", "--non-empty", "-q", "--delta-base-offset", "--window=0"];
  return succeeds(
    [...args, ...own.map((name) => `--keep-pack=${name}`), join(folder, "pack")],
    tips,
    known,
    options,
  );
}

async function succeeds(
  args: readonly string[],
  tips: readonly ObjectId[],
  known: Iterable<ObjectId>,
  options: Options,
): Promise<boolean> {
  const lines = [...new Set(tips)].map((tip) => `${tip}\n`);
  for (const id of new Set(known)) lines.push(`^${id}\n`);
  try {
    await runGit(args, { ...options, input: lines.join("") });
    return true;
  } catch (error) {
    options.signal?.throwIfAborted();
    if (!(error instanceof GitError) || error.status === undefined) throw error;
    const problem = describeOwnTrouble(error.stderr);
    if (problem !== undefined) throw new Failure("unavailable", problem);
    const found = await withoutMissing([...new Set(known)], error, options);
    return found !== undefined && succeeds(args, tips, found, options);
  }
}

/**
 * git does not go on if an object is missing that is given as known: a ref's own, which the disk has lost. What is missing excludes
 * nothing, and must not keep everybody from pushing.
 *
 * @returns undefined if git has failed for something else.
 */
async function withoutMissing(
  known: readonly ObjectId[],
  { stderr }: GitError,
  options: Options,
): Promise<readonly ObjectId[] | undefined> {
  const bad = /bad (?:object|revision) '?\^?([0-9a-f]{40})/.exec(stderr)?.[1];
  if (bad === undefined || !known.includes(bad as ObjectId)) return undefined;
  const there = await readTips(known, options);
  return there.size < known.length ? known.filter((id) => there.has(id)) : undefined;
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
