import type { Account } from "../../model/account.ts";
import { invalidField } from "../../model/failure.ts";
import type { ObjectId } from "../../model/object-id.ts";
import type { PullRequest, PullRequestKey } from "../../model/pull-request.ts";
import type { BranchName } from "../../model/ref-name.ts";
import type { Repository } from "../../model/repository.ts";
import { accountOf, requireAccount } from "../../model/who-acts.ts";
import type { By, Ports } from "../../ports.ts";
import { withRepository } from "../../storage/packs/with-repository.ts";
import { setReviewers } from "../../storage/sql/pull-requests/participants.ts";
import { insertPullRequest, updatePullRequest } from "../../storage/sql/pull-requests/pull-requests.ts";
import { lockRepository } from "../../storage/sql/refs/ref-updates.ts";
import { requireOpen } from "./decline-pull-request.ts";
import { recordUpdate } from "./record-update.ts";
import { getLockedPullRequest } from "./whole-pull-request.ts";

type RecordPorts = Pick<Ports, "clock" | "packs" | "objects">;

/** A pull request that came to its end before it came here: its commits are in the repository, its branches need not be. */
export type RecordedPullRequest = Pick<PullRequest, "title" | "description" | "closesSourceBranch"> & {
  readonly source: {
    readonly repository: Repository;
    readonly branch: BranchName;
    readonly commit: ObjectId;
  };
  readonly destinationBranch: BranchName;
  readonly reviewers: readonly Account[];
};

/**
 * Stores a pull request of the caller's as it was, whatever its branches are now. It is open until `closeRecorded`.
 *
 * @throws Failure invalid-input if the repository does not have its commit.
 */
export async function recordPullRequest(
  ports: RecordPorts,
  by: By,
  repository: Repository,
  { source, reviewers, ...wanted }: RecordedPullRequest,
): Promise<PullRequestKey> {
  const author = requireAccount(by.caller);
  await requireCommits(ports, repository, { source_commit: source.commit });
  return by.transaction(async (tx, record) => {
    await lockRepository(tx, repository.uuid);
    const at = ports.clock();
    const id = await insertPullRequest(tx, {
      ...wanted,
      repositoryUuid: repository.uuid,
      isDraft: false,
      authorUuid: author.uuid,
      source: { repositoryUuid: source.repository.uuid, branch: source.branch, commit: source.commit },
      createdAt: at,
    });
    const key = { repositoryUuid: repository.uuid, id };
    await setReviewers(
      tx,
      key,
      reviewers.map(({ uuid }) => uuid).filter((uuid) => uuid !== author.uuid),
    );
    await recordUpdate(tx, record, by, repository, key, { kind: "pullrequest:created", changes: {}, at });
    return key;
  });
}

export type RecordedEnd = {
  readonly state: "MERGED" | "DECLINED";
  readonly reason: string;
  /** The tip of the destination before. */
  readonly destinationCommit: ObjectId | undefined;
  readonly mergeCommit: ObjectId | undefined;
};

/** Closes a recorded pull request in the caller's name. Nothing is merged. @throws Failure invalid-input. */
export async function closeRecorded(
  ports: RecordPorts,
  by: By,
  repository: Repository,
  key: PullRequestKey,
  { state, reason, destinationCommit, mergeCommit }: RecordedEnd,
): Promise<void> {
  await requireCommits(ports, repository, {
    destination_commit: destinationCommit,
    merge_commit: mergeCommit,
  });
  await by.transaction(async (tx, record) => {
    requireOpen(await getLockedPullRequest(tx, key));
    const at = ports.clock();
    await updatePullRequest(tx, key, {
      closed: {
        state,
        by: accountOf(by.caller)?.uuid,
        reason,
        destinationCommit,
        ...(mergeCommit === undefined ? {} : { mergeCommit }),
      },
      updatedAt: at,
    });
    const isMerged = state === "MERGED";
    await recordUpdate(tx, record, by, repository, key, {
      kind: isMerged ? "pullrequest:fulfilled" : "pullrequest:rejected",
      changes: { status: { old: "open", new: isMerged ? "fulfilled" : "rejected" } },
      at,
    });
  });
}

async function requireCommits(
  { packs, objects }: Pick<Ports, "packs" | "objects">,
  repository: Repository,
  commits: Readonly<Record<string, ObjectId | undefined>>,
): Promise<void> {
  await withRepository(packs, repository.uuid, async ({ gitDir }) => {
    for (const [field, id] of Object.entries(commits))
      if (id !== undefined && (await objects.readCommit(gitDir, id)) === undefined)
        throw invalidField(field, `the repository has no commit ${id}`);
  });
}
