import type { PullRequestParticipant } from "../../../model/pull-request.ts";
import { reviewTexts as texts } from "../../catalogue/pull-request.ts";
import { pullRequestTexts } from "../../catalogue/pull-requests.ts";
import { type Html, html } from "../../html.ts";
import { pullRequestPath } from "../../links.ts";
import type { PullRequestPageRequest } from "../../page.ts";
import { signInPath } from "../../pipeline/sign-in-path.ts";
import { mark } from "../mark.ts";
import { timeAgo } from "../time.ts";

/** More take part in hardly any; the activity has them all. */
const SHOWN_MAX = 50;

/** Who is asked, what they think of it, and the reader's own review. */
export function reviewers(
  request: PullRequestPageRequest,
  participants: readonly PullRequestParticipant[],
): Html {
  const { t, account, path } = request;
  const asked = participants.filter(({ isReviewer }) => isReviewer).slice(0, SHOWN_MAX);
  const others = participants
    .filter(({ isReviewer, state }) => !isReviewer && state !== undefined)
    .slice(0, SHOWN_MAX);
  return html`<section class="rimmed" aria-labelledby="reviewers"><h2 id="reviewers">${t(texts.reviewers)}</h2>
${
  asked.length + others.length === 0
    ? html`<p class="dim">${t(texts.none)}</p>`
    : html`<ul class="checks">${[...asked, ...others].map((each) => describeParticipant(request, each))}</ul>`
}
${account === undefined ? html`<p><a href="${signInPath(path)}">${t(texts.signIn)}</a></p>` : reviewForm(request, participants)}</section>`;
}

function describeParticipant(
  request: PullRequestPageRequest,
  { account, state, participatedAt }: PullRequestParticipant,
): Html {
  const { t } = request;
  const { marks } = pullRequestTexts;
  const shown =
    state === "approved"
      ? mark("passed", t(marks.approved))
      : state === "changes_requested"
        ? mark("failed", t(marks.changesRequested))
        : mark("waiting", t(marks.waiting));
  const isReader = account.uuid === request.account?.uuid;
  return html`<li>${shown}<span><bdi>${account.displayName}</bdi>${isReader && html` <span class="dim small">${t(pullRequestTexts.you)}</span>`}${
    state !== undefined &&
    participatedAt !== undefined &&
    html`<span class="sub">${t(texts.states[state], { when: timeAgo(request, participatedAt) })}</span>`
  }</span></li>`;
}

/** A review replaces the one before. Once it is closed an approval can still be given, and nothing taken back. */
function reviewForm(
  { t, csrf, account, repository, pullRequest }: PullRequestPageRequest,
  participants: readonly PullRequestParticipant[],
): Html {
  const own = participants.find((each) => each.account.uuid === account?.uuid)?.state;
  const isOpen = pullRequest.state === "OPEN";
  const approval =
    own === "approved"
      ? isOpen && html`<button name="review" value="withdraw">${t(texts.withdraw)}</button>`
      : html`<button name="review" value="approve">${t(texts.approve)}</button>`;
  const request =
    isOpen &&
    (own === "changes_requested"
      ? html`<button name="review" value="withdraw-request">${t(texts.withdrawRequest)}</button>`
      : html`<button name="review" value="request">${t(texts.requestChanges)}</button>`);
  return html`<form class="acts" method="post" action="${pullRequestPath(repository, pullRequest.id)}">${csrf}${approval}${request}</form>`;
}
