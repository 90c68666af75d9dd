import { listHistory } from "../../git/history/list-history.ts";
import type { TakeSlot } from "../../git/process/process-slots.ts";
import type { PullRequest } from "../../model/pull-request.ts";
import type { By, Ports } from "../../ports.ts";
import { withRepository } from "../../storage/packs/with-repository.ts";
import type { CommitWalk } from "../commits/commits.ts";

/**
 * The source's commits that the destination does not have; of a closed one, those that it did not have then. Documented:
 * nothing once the branch of an open one is gone.
 */
export function pullRequestWalk({ state, source, destination }: PullRequest): CommitWalk {
  const isShown = destination.commit !== undefined && (state !== "OPEN" || source.hasBranch);
  return {
    include: isShown ? [source.commit] : [],
    exclude: destination.commit === undefined ? [] : [destination.commit],
    path: undefined,
  };
}

/** How many commits these are, up to `limit`. */
export async function countPullRequestCommits(
  { packs, objects, commitGraphs }: Pick<Ports, "packs" | "objects" | "commitGraphs">,
  { signal }: Pick<By, "signal">,
  pullRequest: PullRequest,
  limit: number,
  takeSlot: TakeSlot,
): Promise<number> {
  const { include, exclude } = pullRequestWalk(pullRequest);
  if (include.length === 0) return 0;
  return withRepository(packs, pullRequest.repositoryUuid, async ({ gitDir }) => {
    const history = { gitDir, objects, graph: commitGraphs.find(gitDir), signal, takeSlot };
    return (await listHistory(history, { include, exclude, skip: 0, limit })).length;
  });
}
