import type { CommitStatus, CommitStatusChanges } from "../model/commit-status.ts";
import { Failure } from "../model/failure.ts";
import type { ObjectId } from "../model/object-id.ts";
import type { Repository } from "../model/repository.ts";
import { findCommitStatus, upsertCommitStatus } from "../storage/sql/commit-statuses.ts";
import { type CommitPorts, getCommit } from "./commits.ts";

export type NewCommitStatus = Pick<
  CommitStatus,
  "key" | "state" | "name" | "description" | "url" | "refname"
>;

/**
 * Stores how a build went, in place of what its key said before.
 *
 * @throws Failure not-found for an unknown commit.
 */
export async function reportCommitStatus(
  ports: CommitPorts,
  repository: Repository,
  { commit: revision, ...wanted }: NewCommitStatus & { readonly commit: string },
): Promise<CommitStatus> {
  const { id } = await getCommit(ports, repository, revision);
  const now = ports.clock();
  const status = { ...wanted, repositoryUuid: repository.uuid, commit: id, createdAt: now, updatedAt: now };
  return ports.database.transaction((tx) => upsertCommitStatus(tx, status));
}

/** @throws Failure not-found if there is no such commit, or it has no status of that key. */
export async function getCommitStatus(
  ports: CommitPorts,
  repository: Repository,
  revision: string,
  key: string,
): Promise<CommitStatus> {
  const { id } = await getCommit(ports, repository, revision);
  const selector = { repositoryUuid: repository.uuid, commit: id, key };
  return (await findCommitStatus(ports.database.kysely, selector)) ?? throwUnknownKey(id, key);
}

/** @throws Failure not-found if there is no such commit, or it has no status of that key. */
export async function changeCommitStatus(
  ports: CommitPorts,
  repository: Repository,
  {
    commit: revision,
    key,
    changes,
  }: { readonly commit: string; readonly key: string; readonly changes: CommitStatusChanges },
): Promise<CommitStatus> {
  const { id } = await getCommit(ports, repository, revision);
  const selector = { repositoryUuid: repository.uuid, commit: id, key };
  return ports.database.transaction(async (tx) => {
    const status = (await findCommitStatus(tx, selector)) ?? throwUnknownKey(id, key);
    return upsertCommitStatus(tx, { ...status, ...changes, updatedAt: ports.clock() });
  });
}

/** No recording has the text: it is our own. */
function throwUnknownKey(commit: ObjectId, key: string): never {
  throw new Failure("not-found", `Cannot find the status "${key}": commit ${commit} has none of that key`);
}
