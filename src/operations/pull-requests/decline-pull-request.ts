import { invalidField } from "../../model/failure.ts";
import type { PullRequest, PullRequestKey, WholePullRequest } from "../../model/pull-request.ts";
import type { Repository } from "../../model/repository.ts";
import { accountOf } from "../../model/who-acts.ts";
import type { By, Ports } from "../../ports.ts";
import { updatePullRequest } from "../../storage/sql/pull-requests/pull-requests.ts";
import { recordUpdate } from "./record-update.ts";
import { getLockedPullRequest, getWholePullRequest } from "./whole-pull-request.ts";

/** @throws Failure invalid-input if it is closed. */
export async function declinePullRequest(
  ports: Pick<Ports, "clock">,
  by: By,
  repository: Repository,
  { repositoryUuid, id }: PullRequestKey,
  reason: string,
): Promise<WholePullRequest> {
  const key = { repositoryUuid, id };
  return by.transaction(async (tx, record) => {
    const before = await getLockedPullRequest(tx, key);
    requireOpen(before);
    const at = ports.clock();
    const destinationCommit = before.destination.commit;
    const closed = { state: "DECLINED", by: accountOf(by.caller)?.uuid, reason, destinationCommit } as const;
    await updatePullRequest(tx, key, { closed, updatedAt: at });
    await recordUpdate(tx, record, by, repository, key, {
      kind: "pullrequest:rejected",
      changes: { status: { old: "open", new: "rejected" } },
      at,
    });
    return getWholePullRequest(tx, key);
  });
}

/** Reported text: contract, pull-requests.md §6. @throws Failure invalid-input if it is closed. */
export function requireOpen({ state }: Pick<PullRequest, "state">): void {
  if (state !== "OPEN") throw invalidField("newstatus", "This pull request is already closed.");
}
