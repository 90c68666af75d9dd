import type { EventOf } from "../../model/event.ts";
import type { ObjectId } from "../../model/object-id.ts";
import { representCondensedCommit } from "../../representations/commit.ts";
import { representCommitComment } from "../../representations/commit-comment.ts";
import { representCommitStatus } from "../../representations/commit-status.ts";
import { prepareMessages } from "../../representations/markdown/rendered-messages.ts";
import { representPullRequestReference } from "../../representations/pull-request.ts";
import { listOpenPullRequestsAt } from "../../storage/sql/pull-requests/pull-request-commits.ts";
import { type PayloadPorts, type PayloadSubject, showActor, showRepository } from "./payload-subject.ts";

/** Far more than people open from one commit. */
const PULL_REQUESTS_MAX = 50;

/** The open pull requests whose source is at the commit: an addition of ours, and only if there are any. */
async function showPullRequests(
  { database }: PayloadPorts,
  { repository, baseUrls }: PayloadSubject,
  commit: ObjectId,
) {
  const found = await listOpenPullRequestsAt(database.kysely, repository.uuid, commit, PULL_REQUESTS_MAX);
  if (found.length === 0) return {};
  const pullrequests = found.map((one) =>
    representPullRequestReference({ ...one, destination: { repository } }, baseUrls),
  );
  return { pullrequests };
}

/** `repo:commit_comment_created`. */
export async function renderCommentPayload(
  ports: PayloadPorts,
  { comment }: EventOf<"repo:commit_comment_created">,
  subject: PayloadSubject,
) {
  const { repository, baseUrls } = subject;
  const messages = await prepareMessages([comment.raw], { repositoryUuid: repository.uuid });
  return {
    comment: representCommitComment(comment, { repository, baseUrls, messages }),
    commit: representCondensedCommit(baseUrls, repository, comment.commit),
    ...(await showPullRequests(ports, subject, comment.commit)),
    repository: showRepository(subject),
    actor: showActor(subject),
  };
}

/** `repo:commit_status_created` and `repo:commit_status_updated`: the status as it was set then. */
export async function renderStatusPayload(
  ports: PayloadPorts,
  { status }: EventOf<"repo:commit_status_created" | "repo:commit_status_updated">,
  subject: PayloadSubject,
) {
  return {
    commit_status: representCommitStatus(status, subject.repository, subject.baseUrls),
    ...(await showPullRequests(ports, subject, status.commit)),
    repository: showRepository(subject),
    actor: showActor(subject),
  };
}
