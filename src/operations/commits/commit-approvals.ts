import type { CommitParticipant } from "../../model/commit-comment.ts";
import type { Repository } from "../../model/repository.ts";
import { requireAccount } from "../../model/who-acts.ts";
import type { By, Ports } from "../../ports.ts";
import {
  deleteApproval,
  insertApproval,
  listCommitParticipants,
} from "../../storage/sql/commits/commit-approvals.ts";
import { type CommitPorts, getCommit } from "./commits.ts";

/**
 * Approves a commit as the caller. Approving it again changes nothing.
 *
 * @throws Failure not-found for an unknown commit.
 */
export async function approveCommit(
  ports: CommitPorts & Pick<Ports, "database">,
  by: By,
  repository: Repository,
  revision: string,
): Promise<CommitParticipant> {
  const { id: commit } = await getCommit(ports, repository, revision);
  const { uuid: accountUuid } = requireAccount(by.caller);
  const approval = { repositoryUuid: repository.uuid, commit, accountUuid };
  const now = ports.clock();
  return by.transaction(async (tx) => {
    await insertApproval(tx, approval, now);
    const participants = await listCommitParticipants(tx, repository.uuid, commit);
    return participants.find((participant) => participant.account.uuid === accountUuid)!;
  });
}

/** Takes the caller's approval back, if there is one. @throws Failure as `approveCommit`. */
export async function unapproveCommit(
  ports: CommitPorts & Pick<Ports, "database">,
  by: By,
  repository: Repository,
  revision: string,
): Promise<void> {
  const { id: commit } = await getCommit(ports, repository, revision);
  const { uuid: accountUuid } = requireAccount(by.caller);
  const approval = { repositoryUuid: repository.uuid, commit, accountUuid };
  await by.transaction((tx) => deleteApproval(tx, approval));
}
