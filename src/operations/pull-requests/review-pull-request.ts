import type { Kysely } from "kysely";
import { Failure } from "../../model/failure.ts";
import type {
  PullRequest,
  PullRequestKey,
  PullRequestParticipant,
  ReviewState,
} from "../../model/pull-request.ts";
import type { Repository } from "../../model/repository.ts";
import type { Uuid } from "../../model/uuid.ts";
import { requireAccount } from "../../model/who-acts.ts";
import type { By, Ports } from "../../ports.ts";
import { deleteReviewActivity, insertActivity } from "../../storage/sql/pull-requests/activity.ts";
import { listParticipants, setParticipant } from "../../storage/sql/pull-requests/participants.ts";
import { updatePullRequest } from "../../storage/sql/pull-requests/pull-requests.ts";
import type { Schema } from "../../storage/sql/schema.ts";
import type { Recorder } from "../../storage/sql/write-transaction.ts";
import { getLockedPullRequest, getWholePullRequest } from "./whole-pull-request.ts";

type ReviewPorts = Pick<Ports, "clock">;

/** What is told when a review is given, and when it is taken back. */
const EVENTS = {
  approved: { given: "pullrequest:approved", takenBack: "pullrequest:unapproved" },
  changes_requested: {
    given: "pullrequest:changes_request_created",
    takenBack: "pullrequest:changes_request_removed",
  },
} as const satisfies Record<ReviewState, unknown>;

const ACTIVITY_KINDS = { approved: "approval", changes_requested: "changes_requested" } as const;

/**
 * Gives the caller's review, which replaces the one that they gave before. Giving the same again changes nothing.
 *
 * An approval may also come after the pull request is closed, as reported: contract, pull-requests.md §7.
 *
 * @throws Failure invalid-input if changes are requested of a closed one.
 */
export async function reviewPullRequest(
  ports: ReviewPorts,
  by: By,
  repository: Repository,
  pullRequest: PullRequestKey,
  state: ReviewState,
): Promise<PullRequestParticipant> {
  const { uuid } = requireAccount(by.caller);
  return inTransaction(by, pullRequest, async (tx, record, current) => {
    if (state !== "approved") requireReviewable(current);
    const before = await findParticipant(tx, current, uuid);
    if (before?.state === state) return before;
    const at = ports.clock();
    if (before?.state !== undefined) await deleteReviewActivity(tx, current, uuid);
    await setParticipant(tx, current, uuid, { state, participatedAt: at });
    await insertActivity(tx, current, { kind: ACTIVITY_KINDS[state], accountUuid: uuid, at });
    await updatePullRequest(tx, current, { updatedAt: at });
    recordReview(record, repository, current, EVENTS[state].given, at);
    return (await findParticipant(tx, current, uuid))!;
  });
}

/**
 * Takes the caller's review back, if it is this one.
 *
 * @throws Failure invalid-input if the pull request is closed.
 */
export async function takeBackReview(
  ports: ReviewPorts,
  by: By,
  repository: Repository,
  pullRequest: PullRequestKey,
  state: ReviewState,
): Promise<void> {
  const { uuid } = requireAccount(by.caller);
  await inTransaction(by, pullRequest, async (tx, record, current) => {
    requireReviewable(current);
    if ((await findParticipant(tx, current, uuid))?.state !== state) return;
    const at = ports.clock();
    await setParticipant(tx, current, uuid, { state: undefined });
    await deleteReviewActivity(tx, current, uuid);
    await updatePullRequest(tx, current, { updatedAt: at });
    recordReview(record, repository, current, EVENTS[state].takenBack, at);
  });
}

function inTransaction<T>(
  by: By,
  { repositoryUuid, id }: PullRequestKey,
  work: (tx: Kysely<Schema>, record: Recorder, current: PullRequest) => Promise<T>,
): Promise<T> {
  return by.transaction(async (tx, record) =>
    work(tx, record, await getLockedPullRequest(tx, { repositoryUuid, id })),
  );
}

/** The name of the first is reported, where it stands in the answer is our choice: contract, pull-requests.md §7. */
function requireReviewable({ state }: PullRequest): void {
  if (state === "OPEN") return;
  const key = state === "MERGED" ? "CANNOT_UNAPPROVED_MERGED_PR" : "PULL_REQUEST_CLOSED";
  throw new Failure("invalid-input", "This pull request is already closed.", { data: { key } });
}

async function findParticipant(
  tx: Kysely<Schema>,
  key: PullRequestKey,
  accountUuid: Uuid,
): Promise<PullRequestParticipant | undefined> {
  const participants = await listParticipants(tx, key);
  return participants.find(({ account }) => account.uuid === accountUuid);
}

type ReviewEventKind = (typeof EVENTS)[ReviewState]["given" | "takenBack"];

function recordReview(
  record: Recorder,
  repository: Repository,
  { repositoryUuid, id }: PullRequestKey,
  kind: ReviewEventKind,
  reviewedAt: Date,
): void {
  record.eventToRead(repository, kind, async (tx) => ({
    kind,
    repositoryUuid,
    reviewedAt,
    ...(await getWholePullRequest(tx, { repositoryUuid, id })),
  }));
}
