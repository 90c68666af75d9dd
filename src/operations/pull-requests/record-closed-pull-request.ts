import { invalidField } from "../../model/failure.ts";
import type { ObjectId } from "../../model/object-id.ts";
import type { PullRequest, PullRequestKey } from "../../model/pull-request.ts";
import type { BranchName } from "../../model/ref-name.ts";
import type { Repository } from "../../model/repository.ts";
import { requireAccount } from "../../model/who-acts.ts";
import type { By, Ports } from "../../ports.ts";
import { withRepository } from "../../storage/packs/with-repository.ts";
import { insertPullRequest, updatePullRequest } from "../../storage/sql/pull-requests/pull-requests.ts";
import { lockRepository } from "../../storage/sql/refs/ref-updates.ts";
import { recordUpdate } from "./record-update.ts";
import { getWholePullRequest } from "./whole-pull-request.ts";

/** A pull request that was closed before it came here: its commits are in the repository, its branches need not be. */
export type ClosedPullRequest = Pick<
  PullRequest,
  "title" | "description" | "closesSourceBranch" | "reason"
> & {
  readonly state: "MERGED" | "DECLINED";
  readonly source: {
    readonly repository: Repository;
    readonly branch: BranchName;
    readonly commit: ObjectId;
  };
  readonly destination: { readonly branch: BranchName; readonly commit: ObjectId | undefined };
  readonly mergeCommit: ObjectId | undefined;
  /** Undefined: the author. */
  readonly closedBy: PullRequest["closedBy"];
};

/**
 * Stores a closed pull request of the caller's as it was, and merges nothing. Nobody is told: it has happened long ago.
 *
 * @throws Failure invalid-input if the repository does not have its commits.
 */
export async function recordClosedPullRequest(
  ports: Pick<Ports, "clock" | "packs" | "objects">,
  by: By,
  repository: Repository,
  wanted: ClosedPullRequest,
): Promise<PullRequestKey> {
  const author = requireAccount(by.caller);
  const { source, destination, mergeCommit } = wanted;
  await requireCommits(ports, repository, {
    source_commit: source.commit,
    destination_commit: destination.commit,
    merge_commit: mergeCommit,
  });
  return by.transaction(async (tx, record) => {
    await lockRepository(tx, repository.uuid);
    const at = ports.clock();
    const id = await insertPullRequest(tx, {
      repositoryUuid: repository.uuid,
      title: wanted.title,
      description: wanted.description,
      isDraft: false,
      authorUuid: author.uuid,
      closesSourceBranch: wanted.closesSourceBranch,
      source: { repositoryUuid: source.repository.uuid, branch: source.branch, commit: source.commit },
      destinationBranch: destination.branch,
      createdAt: at,
    });
    const key = { repositoryUuid: repository.uuid, id };
    await recordUpdate(tx, record, by, repository, key, { kind: "pullrequest:created", changes: {}, at });
    await updatePullRequest(tx, key, {
      closed: {
        state: wanted.state,
        by: (wanted.closedBy ?? author).uuid,
        reason: wanted.reason,
        destinationCommit: destination.commit,
        ...(mergeCommit === undefined ? {} : { mergeCommit }),
      },
      updatedAt: at,
    });
    return (await getWholePullRequest(tx, key)).pullRequest;
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
