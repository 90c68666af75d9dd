import { findTipsWith } from "../../git/history/find-tips-with.ts";
import type { ObjectId } from "../../model/object-id.ts";
import { BRANCH_PREFIX, TAG_PREFIX } from "../../model/ref-name.ts";
import type { Repository } from "../../model/repository.ts";
import { withRepository } from "../../storage/packs/with-repository.ts";
import type { CommitPorts } from "./commits.ts";

/** Short names, in git's order; a tag of something that is no commit is in none. */
export type RefsWithCommit = { readonly branches: readonly string[]; readonly tags: readonly string[] };

/** Of all refs of a repository: more are not looked through. */
const REFS_MAX = 20_000;

/**
 * The branches and tags whose history has a commit.
 *
 * @returns undefined if the history between them and the commit is too long to look through for a page.
 */
export async function listRefsWithCommit(
  { database, packs, objects, commitGraphs }: CommitPorts,
  repository: Repository,
  commit: ObjectId,
  signal: AbortSignal,
): Promise<RefsWithCommit | undefined> {
  const all = await database.lookups.listRefs(repository.uuid);
  const refs = all.filter(({ name }) => name.startsWith(BRANCH_PREFIX) || name.startsWith(TAG_PREFIX));
  if (refs.length > REFS_MAX) return undefined;
  const having = await withRepository(packs, repository.uuid, async ({ gitDir }) => {
    const tips = [...new Set(refs.map(({ peeled, target }) => peeled ?? target))];
    const commits = await objects.readCommits(gitDir, tips);
    const source = {
      graph: commitGraphs.find(gitDir),
      readCommit: (id: ObjectId) => objects.readCommit(gitDir, id),
    };
    return findTipsWith(
      source,
      commit,
      commits.map(({ id }) => id),
      { signal },
    );
  });
  if (having === undefined) return undefined;
  const namesUnder = (prefix: string) =>
    refs.flatMap(({ name, peeled, target }) =>
      name.startsWith(prefix) && having.has(peeled ?? target) ? [name.slice(prefix.length)] : [],
    );
  return { branches: namesUnder(BRANCH_PREFIX), tags: namesUnder(TAG_PREFIX) };
}
