import type { CommitStatusState } from "../../../model/commit-status.ts";
import {
  type PullRequest,
  type PullRequestParticipant,
  pullRequestKeyText,
} from "../../../model/pull-request.ts";
import { fullName } from "../../../model/repository.ts";
import type { Uuid } from "../../../model/uuid.ts";
import type { Ports } from "../../../ports.ts";
import { countStatusesOfCommits } from "../../../storage/sql/commits/commit-statuses.ts";
import { listParticipantsOf } from "../../../storage/sql/pull-requests/participants.ts";
import { pullRequestTexts, pullRequestListTexts as texts } from "../../catalogue/pull-requests.ts";
import { type Html, html, joined, NOTHING } from "../../html.ts";
import { pullRequestPath } from "../../links.ts";
import type { PageRequest } from "../../page.ts";
import { mark } from "../mark.ts";
import { timeAgo } from "../time.ts";

export type ListedPullRequest = {
  readonly pullRequest: PullRequest;
  readonly participants: readonly PullRequestParticipant[];
  /** How many builds of the source's commit are in each state, as the merge checks count them. */
  readonly builds: ReadonlyMap<CommitStatusState, number>;
};

/** What a list shows beside its pull requests. Two statements. */
export async function readListed(
  { database: { kysely } }: Pick<Ports, "database">,
  pullRequests: readonly PullRequest[],
): Promise<readonly ListedPullRequest[]> {
  const participants = await listParticipantsOf(kysely, pullRequests);
  const counts = await countStatusesOfCommits(
    kysely,
    pullRequests.flatMap((each) => reposOf(each)),
    pullRequests.map(({ source }) => source.commit),
  );
  return pullRequests.map((pullRequest) => {
    const builds = new Map<CommitStatusState, number>();
    const repositories = reposOf(pullRequest);
    for (const { repositoryUuid, commit, state, size } of counts)
      if (commit === pullRequest.source.commit && repositories.includes(repositoryUuid))
        builds.set(state, (builds.get(state) ?? 0) + size);
    return {
      pullRequest,
      participants: participants.get(pullRequestKeyText(pullRequest)) ?? [],
      builds,
    };
  });
}

function reposOf({ repositoryUuid, source }: PullRequest): readonly Uuid[] {
  return source.repository === undefined ? [repositoryUuid] : [repositoryUuid, source.repository.uuid];
}

type TableOptions = {
  readonly label: Html;
  /** Whether each row says where it is. */
  readonly showsRepository: boolean;
};

export function pullRequestTable(
  request: PageRequest,
  listed: readonly ListedPullRequest[],
  { label, showsRepository }: TableOptions,
): Html {
  const { t } = request;
  const { columns } = texts;
  const heads = [columns.pullRequest, columns.builds, columns.reviews, columns.talk, columns.updated];
  return html`<table role="table" class="ledger stack" aria-label="${label}"><thead role="rowgroup"><tr role="row">${heads.map(
    (head, index) =>
      html`<th role="columnheader" scope="col"${index === heads.length - 1 ? html` class="end"` : NOTHING}>${t(head)}</th>`,
  )}</tr></thead><tbody role="rowgroup">${listed.map((each) => row(request, each, showsRepository))}</tbody></table>`;
}

function row(request: PageRequest, listed: ListedPullRequest, showsRepository: boolean): Html {
  const { t } = request;
  const { pullRequest } = listed;
  const { id, title, state, isDraft, destination, updatedAt } = pullRequest;
  const { columns } = texts;
  const cell = (head: (typeof columns)[keyof typeof columns], content: Html, tone = "") =>
    html`<td role="cell"${tone === "" ? NOTHING : html` class="${tone}"`} data-l="${t(head)}"><div>${content}</div></td>`;
  return html`<tr role="row"><th role="rowheader" scope="row" data-l="${t(columns.pullRequest)}"><a href="${pullRequestPath(destination.repository, id)}" dir="auto">${title}</a> ${state === "OPEN" ? NOTHING : html`<span class="tag">${t(pullRequestTexts.states[state])}</span> `}${isDraft && html`<span class="tag">${t(pullRequestTexts.draft)}</span>`}<span class="sub">${showsRepository && html`<span class="m">${fullName(destination.repository)}</span> `}${describeBranches(request, pullRequest)}</span></th>
${cell(columns.builds, describeBuilds(request, listed))}${cell(columns.reviews, describeReviews(request, listed))}${cell(columns.talk, describeTalk(request, pullRequest))}${cell(columns.updated, timeAgo(request, updatedAt), "end nowrap")}</tr>`;
}

function describeBranches({ t }: PageRequest, { id, author, source, destination }: PullRequest): Html {
  const fork =
    source.repository === undefined || source.repository.uuid === destination.repository.uuid
      ? ""
      : `${fullName(source.repository)}:`;
  return t(texts.fromInto, {
    // Not a number to count: without commas.
    id: String(id),
    author: html`<bdi>${author.displayName}</bdi>`,
    source: html`<bdi>${fork}${source.branch}</bdi>`,
    destination: html`<bdi>${destination.branch}</bdi>`,
  });
}

/** Failures first. */
function describeBuilds({ t }: PageRequest, { builds }: ListedPullRequest): Html {
  const { marks } = pullRequestTexts;
  const failed = (builds.get("FAILED") ?? 0) + (builds.get("STOPPED") ?? 0);
  const running = builds.get("INPROGRESS") ?? 0;
  const passed = builds.get("SUCCESSFUL") ?? 0;
  if (failed > 0) return html`${mark("failed", t(marks.failed))} ${t(texts.buildsFailed, { n: failed })}`;
  if (running > 0)
    return html`${mark("waiting", t(marks.waiting))} ${t(texts.buildsRunning, { n: running })}`;
  if (passed > 0) return html`${mark("passed", t(marks.passed))} ${t(texts.buildsPassed, { n: passed })}`;
  return html`<span class="dim">${t(texts.noBuilds)}</span>`;
}

function describeReviews({ t, account }: PageRequest, { participants }: ListedPullRequest): Html {
  const { marks } = pullRequestTexts;
  const count = (state: string) => participants.filter((each) => each.state === state).length;
  const [approved, asking] = [count("approved"), count("changes_requested")];
  const reviewers = participants.filter(({ isReviewer }) => isReviewer);
  const own = reviewers.find((each) => each.account.uuid === account?.uuid);
  const parts: Html[] = [];
  if (asking > 0)
    parts.push(
      html`${mark("failed", t(marks.changesRequested))} ${t(texts.changesRequested, { n: asking })}`,
    );
  if (approved > 0)
    parts.push(html`${mark("passed", t(marks.approved))} ${t(texts.approvals, { n: approved })}`);
  if (parts.length === 0)
    parts.push(
      html`<span class="dim">${reviewers.length === 0 ? t(texts.noReviewers) : t(texts.reviewers, { n: reviewers.length })}</span>`,
    );
  return html`${joined(parts, html`<br>`)}${own && html`<span class="sub">${t(texts.yourReview[own.state ?? "none"])}</span>`}`;
}

function describeTalk({ t }: PageRequest, { commentCount, taskCount }: PullRequest): Html {
  return html`${t(texts.comments, { n: commentCount })}${taskCount > 0 && html`<span class="sub warn">${t(texts.tasks, { n: taskCount })}</span>`}`;
}
