import { LRUCache } from "lru-cache";
import { countApart, type Distance, TIPS_MAX } from "../../git/history/count-apart.ts";
import type { ObjectId } from "../../model/object-id.ts";
import type { Repository } from "../../model/repository.ts";
import { withRepository } from "../../storage/packs/with-repository.ts";
import type { CommitPorts } from "../commits/commits.ts";

/** By both ids, which name histories that never change. Who asks has been allowed to read the repository. */
const cached = new LRUCache<string, Distance>({ max: 50_000 });

/**
 * How far some branches of a repository are from another.
 *
 * @param tips at most TIPS_MAX of them that are new, or have moved since they were counted.
 * @returns nothing for a tip if too much of the history is outside the commit graph.
 */
export async function findBranchDistances(
  { packs, objects, commitGraphs }: Pick<CommitPorts, "packs" | "objects" | "commitGraphs">,
  repository: Repository,
  base: ObjectId,
  tips: readonly ObjectId[],
  signal: AbortSignal,
): Promise<ReadonlyMap<ObjectId, Distance>> {
  const distances = new Map<ObjectId, Distance>();
  const missing: ObjectId[] = [];
  for (const tip of new Set(tips)) {
    const known = cached.get(`${base} ${tip}`);
    if (known === undefined) missing.push(tip);
    else distances.set(tip, known);
  }
  const counted = missing.slice(0, TIPS_MAX);
  if (counted.length === 0) return distances;
  const found = await withRepository(packs, repository.uuid, ({ gitDir }) => {
    const graph = commitGraphs.find(gitDir);
    const readCommit = (id: ObjectId) => objects.readCommit(gitDir, id);
    return countApart({ graph, readCommit }, base, counted, { signal });
  });
  for (const [index, distance] of (found ?? []).entries()) {
    const tip = counted[index]!;
    distances.set(tip, distance);
    // One that was cut short may get further with the next graph, or with fewer branches beside it.
    if (!distance.isCut) cached.set(`${base} ${tip}`, distance);
  }
  return distances;
}
