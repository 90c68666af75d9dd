import type { Kysely } from "kysely";
import type { CommitStatus, CommitStatusChanges } from "../../model/commit-status.ts";
import type { EventOf } from "../../model/event.ts";
import { Failure } from "../../model/failure.ts";
import type { ObjectId } from "../../model/object-id.ts";
import type { Repository } from "../../model/repository.ts";
import type { By, Ports } from "../../ports.ts";
import { findCommitStatus, upsertCommitStatus } from "../../storage/sql/commits/commit-statuses.ts";
import { lockRowsAhead } from "../../storage/sql/lock-rows.ts";
import type { Schema } from "../../storage/sql/schema.ts";
import { type CommitPorts, getCommit } from "./commits.ts";

type StatusPorts = CommitPorts & Pick<Ports, "database">;

export type NewCommitStatus = Pick<
  CommitStatus,
  "key" | "state" | "name" | "description" | "url" | "refname"
>;

/**
 * Stores the result of a build, replacing the previous status of its key.
 *
 * @throws Failure not-found for an unknown commit.
 */
export async function reportCommitStatus(
  ports: StatusPorts,
  by: By,
  repository: Repository,
  { commit: revision, ...input }: NewCommitStatus & { readonly commit: string },
): Promise<CommitStatus> {
  const { id } = await getCommit(ports, repository, revision);
  const now = ports.clock();
  const status = { ...input, repositoryUuid: repository.uuid, commit: id, createdAt: now, updatedAt: now };
  return tellWebhooks(by, repository, async (tx) => {
    const isThere = (await findCommitStatus(tx, status)) !== undefined;
    const kind = isThere ? "repo:commit_status_updated" : "repo:commit_status_created";
    return { kind, status: await upsertCommitStatus(tx, status) };
  });
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
  ports: StatusPorts,
  by: By,
  repository: Repository,
  {
    commit: revision,
    key,
    changes,
  }: { readonly commit: string; readonly key: string; readonly changes: CommitStatusChanges },
): Promise<CommitStatus> {
  const { id } = await getCommit(ports, repository, revision);
  const selector = { repositoryUuid: repository.uuid, commit: id, key };
  return tellWebhooks(by, repository, async (tx) => {
    const status = (await findCommitStatus(tx, selector)) ?? throwUnknownKey(id, key);
    const changed = await upsertCommitStatus(tx, { ...status, ...changes, updatedAt: ports.clock() });
    return { kind: "repo:commit_status_updated", status: changed };
  });
}

type StatusChange = Pick<EventOf<StatusKind>, "kind" | "status">;
type StatusKind = "repo:commit_status_created" | "repo:commit_status_updated";

/**
 * Takes the lock that pushes take: when two callers report the same key at once, one creates it and the other updates
 * it.
 */
async function tellWebhooks(
  by: By,
  repository: Repository,
  change: (tx: Kysely<Schema>) => Promise<StatusChange>,
): Promise<CommitStatus> {
  return by.transaction(async (tx, record) => {
    await lockRowsAhead(tx, [{ table: "repository", uuid: repository.uuid, strength: "update" }]);
    const [changed] = await Promise.all([change(tx), record.expectEvent(repository)]);
    record.event(repository, { ...changed, repositoryUuid: repository.uuid });
    return changed.status;
  });
}

/** The text is our own: no recording has it. */
function throwUnknownKey(commit: ObjectId, key: string): never {
  throw new Failure("not-found", `Cannot find the status "${key}": commit ${commit} has none of that key`);
}
