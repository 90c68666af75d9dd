import type { FileConflict } from "../../git/diffs/list-conflicts.ts";
import type { TakeSlot } from "../../git/process/process-slots.ts";
import type { Mergeability, MergeChecks } from "../../model/merge-check.ts";
import { MERGE_STRATEGIES, type MergeStrategy, needsAhead } from "../../model/merge-strategy.ts";
import type { PullRequest } from "../../model/pull-request.ts";
import { BRANCH_PREFIX, type RefName } from "../../model/ref-name.ts";
import type { Repository } from "../../model/repository.ts";
import { accountOf } from "../../model/who-acts.ts";
import type { By, Ports } from "../../ports.ts";
import { getWholePullRequest } from "../pull-requests/whole-pull-request.ts";
import { findMergeRefusal, type MergeRefusal } from "./find-merge-refusal.ts";
import { readMergeChecks } from "./merge-checks.ts";
import { behindCounter, tryMerge } from "./mergeability.ts";

export type MergeConditionParts = {
  /** Whether git is asked, which may take it a while. */
  readonly withMergeability: boolean;
  readonly withCommitsBehind: boolean;
};

/** Why somebody may not merge, whatever the pull request is like. Nobody may once the source's repository is gone. */
export type NotAllowed = { readonly kind: "anonymous" | "permission" | "source-gone" } | MergeRefusal;

export type MergeConditions = {
  /** Undefined: they may. */
  readonly notAllowed: NotAllowed | undefined;
  readonly mergeability: Mergeability;
  readonly conflicts: readonly FileConflict[];
  /** With which a merge is possible, as far as can be told without making it. */
  readonly strategies: readonly MergeStrategy[];
  readonly checks: MergeChecks;
};

/** What a merge of a pull request depends on now. Of a closed one git is not asked. */
export async function readMergeConditions(
  ports: Pick<Ports, "database" | "packs" | "objects" | "commitGraphs">,
  by: By,
  repository: Repository,
  pullRequest: PullRequest,
  {
    mayWrite,
    takeSlot,
    ...parts
  }: MergeConditionParts & { readonly mayWrite: boolean; readonly takeSlot: TakeSlot },
): Promise<MergeConditions> {
  const { kysely } = ports.database;
  const asked = { signal: by.signal, takeSlot };
  const isOpen = pullRequest.state === "OPEN";
  const countBehind =
    isOpen && parts.withCommitsBehind ? behindCounter(ports, pullRequest, asked) : async () => 0;
  const trial = isOpen && parts.withMergeability ? await tryMerge(ports, pullRequest, asked) : undefined;
  return {
    notAllowed: await findNotAllowed(ports, by, repository, pullRequest, mayWrite),
    mergeability: trial?.mergeability ?? "unknown",
    conflicts: trial?.conflicts ?? [],
    strategies: MERGE_STRATEGIES.filter((strategy) => trial?.isAhead !== false || !needsAhead(strategy)),
    checks: await readMergeChecks(
      kysely,
      repository,
      await getWholePullRequest(kysely, pullRequest),
      countBehind,
    ),
  };
}

/** Also by the restrictions. */
async function findNotAllowed(
  ports: Pick<Ports, "database" | "packs">,
  by: By,
  repository: Repository,
  { source, destination }: PullRequest,
  mayWrite: boolean,
): Promise<NotAllowed | undefined> {
  if (accountOf(by.caller) === undefined) return { kind: "anonymous" };
  if (!mayWrite) return { kind: "permission" };
  if (source.repository === undefined) return { kind: "source-gone" };
  const { commit, branch } = destination;
  if (commit === undefined) return undefined;
  const update = { name: (BRANCH_PREFIX + branch) as RefName, old: commit, new: commit, peeled: undefined };
  return findMergeRefusal(ports, by, repository, update);
}

/** Whether a merge would be begun now. While it is not known what git says to it, it may be tried. */
export function isMergeAccepted(
  { state, isDraft, isQueued }: PullRequest,
  { notAllowed, mergeability, checks }: MergeConditions,
): boolean {
  return (
    state === "OPEN" &&
    !isDraft &&
    !isQueued &&
    notAllowed === undefined &&
    (mergeability === "clean" || mergeability === "unknown") &&
    (!checks.areEnforced || checks.checks.every(({ status }) => status === "passed"))
  );
}
