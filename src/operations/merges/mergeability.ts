import { findMergeBase } from "../../git/diffs/find-merge-base.ts";
import { type FileConflict, listConflicts } from "../../git/diffs/list-conflicts.ts";
import { isInHistory, listHistory } from "../../git/history/list-history.ts";
import type { TakeSlot } from "../../git/process/process-slots.ts";
import { Failure } from "../../model/failure.ts";
import type { Mergeability } from "../../model/merge-check.ts";
import type { ObjectId } from "../../model/object-id.ts";
import type { PullRequest } from "../../model/pull-request.ts";
import type { Ports } from "../../ports.ts";
import { withRepository } from "../../storage/packs/with-repository.ts";
import type { CountBehind } from "./merge-checks.ts";

type GitPorts = Pick<Ports, "packs" | "objects" | "commitGraphs">;
type Asked = { readonly signal: AbortSignal; readonly takeSlot: TakeSlot };

/** Its two sides, as long as both are there. */
export function sidesOf({
  source,
  destination,
}: PullRequest): { readonly source: ObjectId; readonly destination: ObjectId } | undefined {
  if (source.repository === undefined || !source.hasBranch || destination.commit === undefined)
    return undefined;
  return { source: source.commit, destination: destination.commit };
}

/** What came of a merge that was tried. */
export type MergeTrial = {
  readonly mergeability: Mergeability;
  readonly conflicts: readonly FileConflict[];
  /** Whether the source has all of the destination, so that a fast-forward is possible. */
  readonly isAhead: boolean;
};

/** Nothing is kept of the merge that is tried. What git prints is cached, so asking again costs no process. */
export async function tryMerge(ports: GitPorts, pullRequest: PullRequest, asked: Asked): Promise<MergeTrial> {
  const sides = sidesOf(pullRequest);
  if (sides === undefined) return without("impossible");
  try {
    return await withHistory(ports, pullRequest, asked, async (history) => {
      const { source, destination } = sides;
      if (await isInHistory(history, destination, source))
        return { mergeability: "clean", conflicts: [], isAhead: true };
      if ((await findMergeBase(history, destination, source)) === undefined) return without("impossible");
      const quarantine = await ports.packs.openQuarantine(pullRequest.repositoryUuid);
      try {
        const { objectFolder } = quarantine;
        const conflicts = await listConflicts({ ...history, objectFolder, source, destination });
        return { mergeability: conflicts.length === 0 ? "clean" : "conflicts", conflicts, isAhead: false };
      } finally {
        await quarantine.discard();
      }
    });
  } catch (error) {
    if (error instanceof Failure && error.kind === "timed-out") return without("unknown");
    throw error;
  }
}

function without(mergeability: Mergeability): MergeTrial {
  return { mergeability, conflicts: [], isAhead: false };
}

/** Of no commits, if one of the sides is gone. */
export function behindCounter(ports: GitPorts, pullRequest: PullRequest, asked: Asked): CountBehind {
  const sides = sidesOf(pullRequest);
  return async (limit) => {
    if (sides === undefined) return 0;
    const query = { include: [sides.destination], exclude: [sides.source], skip: 0, limit };
    return withHistory(
      ports,
      pullRequest,
      asked,
      async (history) => (await listHistory(history, query)).length,
    );
  };
}

function withHistory<T>(
  { packs, objects, commitGraphs }: GitPorts,
  { repositoryUuid }: PullRequest,
  asked: Asked,
  work: (history: Parameters<typeof listHistory>[0]) => Promise<T>,
): Promise<T> {
  return withRepository(packs, repositoryUuid, ({ gitDir }) =>
    work({ gitDir, objects, graph: commitGraphs.find(gitDir), ...asked }),
  );
}
