import { listHistory } from "../../git/history/list-history.ts";
import type { TakeSlot } from "../../git/process/process-slots.ts";
import type { ObjectId } from "../../model/object-id.ts";
import type { Ref } from "../../model/ref.ts";
import { BRANCH_PREFIX, TAG_PREFIX } from "../../model/ref-name.ts";
import type { Repository } from "../../model/repository.ts";
import { withRepository } from "../../storage/packs/with-repository.ts";
import type { CommitPorts } from "../commits/commits.ts";

/** Nobody counts more one by one. */
export const ONLY_HERE_MAX = 1000;

/**
 * How many commits of a ref are on no other branch and in no other tag: what is lost from sight with it. At most
 * `ONLY_HERE_MAX`, where there may be more.
 *
 * @throws as `listHistory` does.
 */
export async function countCommitsOfOneRef(
  { database, packs, objects, commitGraphs }: CommitPorts,
  repository: Repository,
  ref: Ref,
  { signal, takeSlot }: { readonly signal: AbortSignal; readonly takeSlot: TakeSlot },
): Promise<number> {
  const refs = await database.lookups.listRefs(repository.uuid);
  const others = refs.filter(
    ({ name }) => name !== ref.name && (name.startsWith(BRANCH_PREFIX) || name.startsWith(TAG_PREFIX)),
  );
  return withRepository(packs, repository.uuid, async ({ gitDir }) => {
    const tips = [...new Set(others.map(({ peeled, target }) => peeled ?? target))];
    // A tag of something that is no commit has no history.
    const exclude = (await objects.readCommits(gitDir, tips)).map(({ id }) => id);
    const source = { gitDir, objects, graph: commitGraphs.find(gitDir), signal, takeSlot };
    const include: readonly ObjectId[] = [ref.peeled ?? ref.target];
    return (await listHistory(source, { include, exclude, skip: 0, limit: ONLY_HERE_MAX })).length;
  });
}
