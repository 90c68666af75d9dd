import type { ObjectId } from "../../model/object-id.ts";
import { type GitOptions, runGit } from "../process/git-process.ts";

type Options = GitOptions & { readonly signal?: AbortSignal };

type Tip = { readonly target: ObjectId; readonly leftAt: Date };

/**
 * The tips that need no entry of their own: commits that are reachable from a ref, or from a tip that was left no earlier and so
 * stays at least as long. git prints at most one line per tip and per merge of their histories.
 *
 * @param refs what refs point at, which must be there, as must all that the tips reach.
 * @param options a repository whose refs are exactly these refs and tips.
 */
export async function findReachedTips(
  tips: readonly Tip[],
  refs: readonly ObjectId[],
  options: Options,
): Promise<ReadonlySet<ObjectId>> {
  const leftAt = new Map<ObjectId, number>();
  for (const tip of tips) leftAt.set(tip.target, Math.max(leftAt.get(tip.target) ?? 0, tip.leftAt.getTime()));
  const commits = await findCommits([...leftAt.keys()], options);
  const input = [...commits, ...refs.map((id) => `^${id}`)].map((line) => `${line}\n`).join("");
  // Only commits that have a ref here, each followed by the nearest ones below it instead of its parents, children first.
  const args = ["rev-list", "--stdin", "--topo-order", "--simplify-by-decoration", "--parents"];
  const output = commits.length === 0 ? "" : (await runGit(args, { ...options, input })).toString();
  const unreached = new Set<string>();
  /** When a tip was left that reaches the commit: the last of them. */
  const aboveLeftAt = new Map<string, number>();
  for (const line of output.split("\n")) {
    const [commit = "", ...parents] = line.split(" ");
    const own = leftAt.get(commit as ObjectId) ?? 0;
    const above = aboveLeftAt.get(commit) ?? -1;
    if (above < own) unreached.add(commit);
    for (const parent of parents)
      aboveLeftAt.set(parent, Math.max(aboveLeftAt.get(parent) ?? -1, above, own));
  }
  return new Set(commits.filter((id) => !unreached.has(id)));
}

/** Tags and trees are reached by nothing that is looked at here. */
async function findCommits(ids: readonly ObjectId[], options: Options): Promise<readonly ObjectId[]> {
  const input = ids.map((id) => `${id}\n`).join("");
  const output = await runGit(["cat-file", "--batch-check=%(objecttype)"], { ...options, input });
  const types = output.toString().split("\n");
  return ids.filter((_, index) => types[index] === "commit");
}
