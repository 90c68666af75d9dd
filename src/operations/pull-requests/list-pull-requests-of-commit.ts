import { findDescendants } from "../../git/history/find-descendants.ts";
import type { TakeSlot } from "../../git/process/process-slots.ts";
import type { ObjectId } from "../../model/object-id.ts";
import type { PullRequest } from "../../model/pull-request.ts";
import type { Repository } from "../../model/repository.ts";
import { withRepository } from "../../storage/packs/with-repository.ts";
import {
  listPullRequestRanges,
  type PullRequestRange,
} from "../../storage/sql/pull-requests/pull-request-commits.ts";
import { listPullRequests } from "../../storage/sql/pull-requests/pull-requests.ts";
import { type CommitPorts, getCommit } from "../commits/commits.ts";

type PageOptions = {
  readonly page: number;
  readonly pagelen: number;
  readonly signal: AbortSignal;
  readonly takeSlot: TakeSlot;
};

/**
 * A page of the pull requests, in any state, that bring a commit, and of the one that merged with it. Those that changed
 * last first.
 *
 * @throws Failure not-found for an unknown commit.
 */
export async function listPullRequestsOfCommit(
  ports: CommitPorts,
  repository: Repository,
  revision: string,
  { page, pagelen, signal, takeSlot }: PageOptions,
): Promise<{ readonly values: readonly PullRequest[]; readonly size: number }> {
  const { id: commit } = await getCommit(ports, repository, revision);
  const { kysely } = ports.database;
  const ranges = await listPullRequestRanges(kysely, repository.uuid);
  const tips = ranges.flatMap(({ source, destination }) =>
    destination === undefined ? [source] : [source, destination],
  );
  const reaching = await withRepository(ports.packs, repository.uuid, ({ gitDir }) =>
    findDescendants({ gitDir, commit, tips: [...new Set(tips)], signal, takeSlot }),
  );
  const ids = ranges.filter((range) => brings(range, commit, reaching)).map(({ id }) => id);
  const shown = ids.slice((page - 1) * pagelen, page * pagelen);
  if (shown.length === 0) return { values: [], size: ids.length };
  const found = await listPullRequests(kysely, {
    repositoryUuid: repository.uuid,
    ids: shown,
    states: undefined,
    page: 1,
    pagelen,
  });
  return { values: found.values, size: ids.length };
}

function brings(
  { source, destination, mergeCommit }: PullRequestRange,
  commit: ObjectId,
  reaching: ReadonlySet<ObjectId>,
): boolean {
  if (mergeCommit === commit) return true;
  return reaching.has(source) && (destination === undefined || !reaching.has(destination));
}
