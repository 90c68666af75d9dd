import type { ObjectId } from "../model/object-id.ts";
import { BRANCH_PREFIX, type RefName } from "../model/ref-name.ts";
import type { Repository } from "../model/repository.ts";
import type { Ports } from "../ports.ts";
import { findRefs, findTargets } from "../storage/sql/refs.ts";

/**
 * Whether refs reach all of these, as far as can be told without a walk: a ref points at them, or they are in the commit
 * graph, which git writes of what refs reach. The refs named are looked at first: work mostly goes on where it was left, and
 * whoever has many refs does not wait for all of them.
 */
export async function areReached(
  { database, packs, commitGraphs }: Pick<Ports, "database" | "packs" | "commitGraphs">,
  repository: Repository,
  names: readonly RefName[],
  ids: readonly ObjectId[],
): Promise<boolean> {
  const main = repository.mainBranch;
  const likely = [...names, ...(main === undefined ? [] : [(BRANCH_PREFIX + main) as RefName])];
  const refs = [...(await findRefs(database.kysely, repository.uuid, likely)).values()];
  const targets = new Set(refs.flatMap(({ target, peeled }) => [target, peeled]));
  let left = ids.filter((id) => !targets.has(id));
  if (left.length === 0) return true;
  const graph = commitGraphs.find(packs.gitDir(repository.uuid));
  left = left.filter((id) => graph.find(id) === undefined);
  return (
    left.length === 0 || (await findTargets(database.kysely, repository.uuid, left)).size === left.length
  );
}
