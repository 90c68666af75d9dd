import type { TakeSlot } from "../../git/process/process-slots.ts";
import type { Mergeability, MergeChecks } from "../../model/merge-check.ts";
import type { PullRequest } from "../../model/pull-request.ts";
import { BRANCH_PREFIX, type RefName } from "../../model/ref-name.ts";
import type { Repository } from "../../model/repository.ts";
import { accountOf } from "../../model/who-acts.ts";
import type { By, Ports } from "../../ports.ts";
import { getWholePullRequest } from "../pull-requests/whole-pull-request.ts";
import { findMergeRefusal } from "./find-merge-refusal.ts";
import { readMergeChecks } from "./merge-checks.ts";
import { behindCounter, readMergeability } from "./mergeability.ts";

export type MergeConditionParts = {
  /** Whether git is asked, which may take it a while. */
  readonly withMergeability: boolean;
  readonly withCommitsBehind: boolean;
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
): Promise<{
  readonly mayMerge: boolean;
  readonly mergeability: Mergeability;
  readonly checks: MergeChecks;
}> {
  const { kysely } = ports.database;
  const asked = { signal: by.signal, takeSlot };
  const isOpen = pullRequest.state === "OPEN";
  const countBehind =
    isOpen && parts.withCommitsBehind ? behindCounter(ports, pullRequest, asked) : async () => 0;
  return {
    mayMerge: mayWrite && (await isAllowed(ports, by, repository, pullRequest)),
    mergeability:
      isOpen && parts.withMergeability ? await readMergeability(ports, pullRequest, asked) : "unknown",
    checks: await readMergeChecks(
      kysely,
      repository,
      await getWholePullRequest(kysely, pullRequest),
      countBehind,
    ),
  };
}

/** Also by the restrictions. Nobody is allowed once the source's repository is gone. */
async function isAllowed(
  ports: Pick<Ports, "database" | "packs">,
  by: By,
  repository: Repository,
  { source, destination }: PullRequest,
): Promise<boolean> {
  if (accountOf(by.caller) === undefined || source.repository === undefined) return false;
  const { commit, branch } = destination;
  if (commit === undefined) return true;
  const update = { name: (BRANCH_PREFIX + branch) as RefName, old: commit, new: commit, peeled: undefined };
  return (await findMergeRefusal(ports, by, repository, update)) === undefined;
}
