import { isSameDiff } from "../../git/diffs/is-same-diff.ts";
import { isAncestor } from "../../git/history/is-ancestor.ts";
import { Failure, invalidField } from "../../model/failure.ts";
import type {
  PullRequest,
  PullRequestChanges,
  PullRequestParticipant,
  WholePullRequest,
} from "../../model/pull-request.ts";
import type { BranchName } from "../../model/ref-name.ts";
import type { Repository } from "../../model/repository.ts";
import type { Uuid } from "../../model/uuid.ts";
import type { By, Ports } from "../../ports.ts";
import { withRepository } from "../../storage/packs/with-repository.ts";
import { listParticipants, setReviewers } from "../../storage/sql/pull-requests/participants.ts";
import { findOpenPullRequest, updatePullRequest } from "../../storage/sql/pull-requests/pull-requests.ts";
import { noChanges, readTip, textChanges } from "./create-pull-request.ts";
import { findReviewers, type ReviewerSelector } from "./find-reviewers.ts";
import { recordUpdate } from "./record-update.ts";
import { resetReviewsFor } from "./reset-reviews.ts";
import { type PreviewPorts, startMergePreviews } from "./start-merge-previews.ts";
import { getLockedPullRequest, getWholePullRequest } from "./whole-pull-request.ts";

/** Undefined: it stays as it is. */
export type PullRequestEdit = {
  readonly title: string | undefined;
  readonly description: string | undefined;
  readonly isDraft: boolean | undefined;
  readonly closesSourceBranch: boolean | undefined;
  readonly reviewers: readonly ReviewerSelector[] | undefined;
  readonly destinationBranch: string | undefined;
};

/**
 * Changes an open pull request: contract, pull-requests.md §4.
 *
 * @throws Failure invalid-input if it is closed, for a branch that is not there, for a destination that has everything
 * already or is asked by another pull request, and for reviewers who cannot review.
 */
export async function editPullRequest(
  ports: PreviewPorts,
  by: By,
  repository: Repository,
  { repositoryUuid, id, author }: PullRequest,
  edit: PullRequestEdit,
): Promise<WholePullRequest> {
  const key = { repositoryUuid, id };
  const reviewers =
    edit.reviewers === undefined
      ? undefined
      : (await findReviewers(ports, repository, author, edit.reviewers)).map(({ uuid }) => uuid);
  const isSame =
    edit.destinationBranch === undefined ||
    (await requireChangesFor(ports, by, repository, key, edit.destinationBranch));
  const edited = await by.transaction(async (tx, record) => {
    const before = await getLockedPullRequest(tx, key);
    if (before.state !== "OPEN") throw new Failure("invalid-input", "Can only update an open pull request.");
    const participants = await listParticipants(tx, key);
    const destinationBranch =
      edit.destinationBranch === before.destination.branch ? undefined : edit.destinationBranch;
    if (destinationBranch !== undefined) {
      await readTip(tx, repository, "destination", destinationBranch);
      const source = before.source.repository;
      const other =
        source &&
        (await findOpenPullRequest(
          tx,
          repositoryUuid,
          { repositoryUuid: source.uuid, branch: before.source.branch },
          destinationBranch as BranchName,
        ));
      if (other !== undefined)
        throw invalidField("destination", `pull request ${other} is open from this branch into that one`);
    }
    const changes = changesOf(before, participants, { ...edit, destinationBranch }, reviewers);
    const closesSourceBranch = edit.closesSourceBranch ?? before.closesSourceBranch;
    if (Object.keys(changes).length > 0 || closesSourceBranch !== before.closesSourceBranch) {
      const at = ports.clock();
      await updatePullRequest(tx, key, {
        title: edit.title ?? before.title,
        description: edit.description ?? before.description,
        isDraft: edit.isDraft ?? before.isDraft,
        closesSourceBranch,
        destinationBranch: (destinationBranch ?? before.destination.branch) as BranchName,
        updatedAt: at,
      });
      if (reviewers !== undefined) await setReviewers(tx, key, reviewers);
      if (destinationBranch !== undefined && !isSame)
        await resetReviewsFor(tx, key, destinationBranch as BranchName);
      await recordUpdate(tx, record, by, repository, key, { kind: "pullrequest:updated", changes, at });
    }
    return getWholePullRequest(tx, key);
  });
  if (edit.destinationBranch !== undefined) startMergePreviews(ports, by, [repositoryUuid]);
  return edited;
}

/**
 * A new destination must not have everything already.
 *
 * @returns whether the diff stays the same.
 */
async function requireChangesFor(
  ports: Pick<Ports, "database" | "packs">,
  { signal }: By,
  repository: Repository,
  key: { readonly repositoryUuid: Uuid; readonly id: number },
  branch: string,
): Promise<boolean> {
  const tip = await readTip(ports.database.kysely, repository, "destination", branch);
  const { pullRequest } = await getWholePullRequest(ports.database.kysely, key);
  if (pullRequest.state !== "OPEN" || pullRequest.destination.branch === branch) return true;
  const { source, destination } = pullRequest;
  return withRepository(ports.packs, repository.uuid, async ({ gitDir }) => {
    if (await isAncestor(source.commit, tip, { gitDir, signal })) throw noChanges();
    if (destination.commit === undefined) return false;
    const before = { branch: destination.commit, tip: source.commit };
    return isSameDiff(before, { branch: tip, tip: source.commit }, { gitDir, signal });
  });
}

function changesOf(
  before: PullRequest,
  participants: readonly PullRequestParticipant[],
  edit: PullRequestEdit,
  reviewers: readonly Uuid[] | undefined,
): PullRequestChanges {
  const { title, description, isDraft, destination } = before;
  const asked = participants.filter(({ isReviewer }) => isReviewer).map(({ account }) => account.uuid);
  const added = reviewers?.filter((uuid) => !asked.includes(uuid)) ?? [];
  const removed = reviewers === undefined ? [] : asked.filter((uuid) => !reviewers.includes(uuid));
  return {
    ...textChanges(before, {
      title: edit.title ?? title,
      description: edit.description ?? description,
    }),
    ...(edit.isDraft === undefined || edit.isDraft === isDraft
      ? {}
      : { draft: { old: isDraft, new: edit.isDraft } }),
    ...(edit.destinationBranch === undefined
      ? {}
      : { destination: { old: destination.branch, new: edit.destinationBranch } }),
    ...(added.length + removed.length === 0 ? {} : { reviewers: { added, removed } }),
  };
}
