import type { Account } from "../../model/account.ts";
import type { CommitParticipant } from "../../model/commit-comment.ts";
import type { Repository } from "../../model/repository.ts";
import type { WritePorts } from "../../ports.ts";
import {
  deleteApproval,
  insertApproval,
  listCommitParticipants,
} from "../../storage/sql/commits/commit-approvals.ts";
import { type CommitPorts, getCommit } from "./commits.ts";

/**
 * Approves a commit as the caller. Approving twice is approving once.
 *
 * @throws Failure not-found for an unknown commit.
 */
export async function approveCommit(
  ports: CommitPorts & Pick<WritePorts, "database">,
  repository: Repository,
  account: Account,
  revision: string,
): Promise<CommitParticipant> {
  const { id: commit } = await getCommit(ports, repository, revision);
  const approval = { repositoryUuid: repository.uuid, commit, accountUuid: account.uuid };
  const now = ports.clock();
  return ports.database.transaction(async (tx) => {
    await insertApproval(tx, approval, now);
    const participants = await listCommitParticipants(tx, repository.uuid, commit);
    return participants.find((participant) => participant.account.uuid === account.uuid)!;
  });
}

/** Takes the caller's approval back, if there is one. @throws Failure as `approveCommit`. */
export async function unapproveCommit(
  ports: CommitPorts & Pick<WritePorts, "database">,
  repository: Repository,
  account: Account,
  revision: string,
): Promise<void> {
  const { id: commit } = await getCommit(ports, repository, revision);
  const approval = { repositoryUuid: repository.uuid, commit, accountUuid: account.uuid };
  await ports.database.transaction((tx) => deleteApproval(tx, approval));
}
