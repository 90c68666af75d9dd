import type { ObjectId } from "../../model/object-id.ts";
import { BRANCH_PREFIX, type RefName } from "../../model/ref-name.ts";
import type { Repository } from "../../model/repository.ts";
import type { Ports } from "../../ports.ts";
import { withRepository } from "../../storage/packs/with-repository.ts";
import { findFormerTips } from "../../storage/sql/refs/former-tips.ts";
import { findRefs, findTargets } from "../../storage/sql/refs/refs.ts";

/**
 * Whether all of these commits are known to be in the repository with everything that they reach, as far as can be told
 * without a walk: a ref points at the commit or did so lately, a pull request has it as its source, or it is in the
 * commit graph, which maintenance writes of what all these reach. False means only that this is not known.
 *
 * The named refs and the main branch are looked at first, since work mostly continues from them, and then the graph:
 * only for what is left all refs of the repository are read.
 *
 * True holds for as long as the drop number of the repository is that of `repository`. A graph whose checksum is not the
 * one noted beside that number proves nothing: it may have commits that have been dropped.
 */
export async function areCommitsReached(
  { database, packs, commitGraphs, clock }: Pick<Ports, "database" | "packs" | "commitGraphs" | "clock">,
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
  if (repository.commitGraph !== undefined) {
    left = await withRepository(packs, repository.uuid, async ({ gitDir }) => {
      const graph = commitGraphs.find(gitDir);
      return graph.checksum === repository.commitGraph
        ? left.filter((id) => graph.find(id) === undefined)
        : left;
    });
  }
  if (left.length === 0) return true;
  const pointedAt = await findTargets(database.kysely, repository.uuid, left);
  left = left.filter((id) => !pointedAt.has(id));
  if (left.length === 0) return true;
  const kept = await findFormerTips(database.kysely, repository.uuid, left, clock());
  return left.every((id) => kept.has(id));
}
