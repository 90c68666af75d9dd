import type { EventOf } from "../../model/event.ts";
import type { PullRequest, WholePullRequest } from "../../model/pull-request.ts";
import { cutText } from "../../representations/bounded-texts.ts";
import { representInstant } from "../../representations/instant.ts";
import { prepareMessages } from "../../representations/markdown/rendered-messages.ts";
import { representWholePullRequest, textsOf } from "../../representations/pull-request.ts";
import { representPullRequestComment } from "../../representations/pull-request-comment.ts";
import { type PayloadSubject, showActor, showRepository } from "./payload-subject.ts";

/** It is in a payload four times, once as HTML, and a payload of more than 256 KiB is not delivered. */
const TEXT_LENGTH_MAX = 16_384;

/** What every event of a pull request tells, recorded: contract, pull-requests.md §17. */
export async function renderPullRequestPayload(
  { pullRequest, participants }: WholePullRequest,
  subject: PayloadSubject,
) {
  const { repository, baseUrls } = subject;
  const shown: PullRequest = {
    ...pullRequest,
    description: cutText(pullRequest.description, TEXT_LENGTH_MAX),
  };
  const messages = await prepareMessages(textsOf(shown), { repositoryUuid: repository.uuid });
  return {
    pullrequest: representWholePullRequest({ pullRequest: shown, participants }, { baseUrls, messages }),
    repository: showRepository(subject),
    actor: showActor(subject),
  };
}

/** The same with the review that was given or taken back: contract, pull-requests.md §17. */
export async function renderReviewPayload(
  name: "approval" | "changes_request",
  event: WholePullRequest & { readonly reviewedAt: Date },
  subject: PayloadSubject,
) {
  return {
    ...(await renderPullRequestPayload(event, subject)),
    [name]: { date: representInstant(event.reviewedAt), user: showActor(subject) },
  };
}

/** The same of a comment on it. */
export async function renderPullRequestCommentPayload(
  event: EventOf<`pullrequest:comment_${"created" | "updated" | "deleted" | "resolved" | "reopened"}`>,
  subject: PayloadSubject,
) {
  const { repository, baseUrls } = subject;
  const comment = { ...event.comment, raw: cutText(event.comment.raw, TEXT_LENGTH_MAX) };
  const messages = await prepareMessages([comment.raw], { repositoryUuid: repository.uuid });
  // Recorded: without `pending`, since it is published.
  const { pending: _, ...shown } = representPullRequestComment(comment, {
    pullRequest: event.pullRequest,
    baseUrls,
    messages,
  });
  return { ...(await renderPullRequestPayload(event, subject)), comment: shown };
}
