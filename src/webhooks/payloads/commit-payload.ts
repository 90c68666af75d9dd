import type { EventOf } from "../../model/event.ts";
import { representCondensedCommit } from "../../representations/commit.ts";
import { representCommitComment } from "../../representations/commit-comment.ts";
import { representCommitStatus } from "../../representations/commit-status.ts";
import { prepareMessages } from "../../representations/markdown/rendered-messages.ts";
import { type PayloadSubject, showActor, showRepository } from "./payload-subject.ts";

/** `repo:commit_comment_created`. */
export async function renderCommentPayload(
  { comment }: EventOf<"repo:commit_comment_created">,
  subject: PayloadSubject,
) {
  const { repository, baseUrls } = subject;
  const messages = await prepareMessages([comment.raw], { repositoryUuid: repository.uuid });
  return {
    comment: representCommitComment(comment, { repository, baseUrls, messages }),
    commit: representCondensedCommit(baseUrls, repository, comment.commit),
    repository: showRepository(subject),
    actor: showActor(subject),
  };
}

/** `repo:commit_status_created` and `repo:commit_status_updated`: the status as it was set then. */
export function renderStatusPayload(
  { status }: EventOf<"repo:commit_status_created" | "repo:commit_status_updated">,
  subject: PayloadSubject,
) {
  return {
    commit_status: representCommitStatus(status, subject.repository, subject.baseUrls),
    repository: showRepository(subject),
    actor: showActor(subject),
  };
}
