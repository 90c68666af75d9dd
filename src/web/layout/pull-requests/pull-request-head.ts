import type { PullRequest } from "../../../model/pull-request.ts";
import { fullName } from "../../../model/repository.ts";
import { pullRequestPageTexts as texts } from "../../catalogue/pull-request.ts";
import { pullRequestTexts } from "../../catalogue/pull-requests.ts";
import { current, type Html, html, NOTHING } from "../../html.ts";
import { commitPath, pullRequestPath } from "../../links.ts";
import type { PullRequestPageRequest } from "../../page.ts";
import { shortId } from "../../short-id.ts";
import { timeAgo } from "../time.ts";

/** Commits are counted up to here. */
export const COUNTED_COMMITS_MAX = 1000;

export type PullRequestPart = "changes" | "commits" | "activity";

export type PullRequestCounts = {
  /** One more than `COUNTED_COMMITS_MAX` if there are more. */
  readonly commits: number;
  readonly activity: number;
  readonly files: number | undefined;
};

/** `Retry after 429 · #12 · acme/demo`. */
export function pullRequestTitle({ pullRequest, repository }: PullRequestPageRequest): Html {
  return html`${pullRequest.title} · #${String(pullRequest.id)} · ${fullName(repository)}`;
}

/** Title, state, and who wants what from where into what. */
export function pullRequestHead(request: PullRequestPageRequest, commits: number): Html {
  const { t, pullRequest } = request;
  const { id, title, state, isDraft, reason } = pullRequest;
  const tag = state === "OPEN" ? "tag full" : "tag";
  return html`<h1><span dir="auto">${title}</span> <span class="dim num">#${String(id)}</span></h1>
<p class="lead inkish"><span class="${tag}">${t(pullRequestTexts.states[state])}</span> ${isDraft && html`<span class="tag warn">${t(pullRequestTexts.draft)}</span> `}${describeWhat(request, commits)}${reason !== "" && html`<br><span dir="auto">${t(texts.reason, { reason })}</span>`}</p>`;
}

function describeWhat(request: PullRequestPageRequest, commits: number): Html {
  const { t, pullRequest, repository } = request;
  const { state, closedBy, mergeCommit, updatedAt } = pullRequest;
  const branches = {
    author: name(pullRequest.author.displayName),
    source: html`<bdi>${sourceName(pullRequest)}</bdi>`,
    destination: html`<bdi>${pullRequest.destination.branch}</bdi>`,
  };
  if (state === "OPEN")
    return commits > COUNTED_COMMITS_MAX
      ? t(texts.wantsMany, { ...branches, n: COUNTED_COMMITS_MAX })
      : t(texts.wants, { ...branches, n: commits });
  const closer = closedBy === undefined ? t(pullRequestTexts.operator) : name(closedBy.displayName);
  const holes = { ...branches, closer, when: timeAgo(request, updatedAt) };
  if (state !== "MERGED") return t(texts.declined, holes);
  if (mergeCommit === undefined) return t(texts.mergedElsewhere, holes);
  const commit = html`<a class="m" href="${commitPath(repository, mergeCommit)}">${shortId(mergeCommit)}</a>`;
  return t(texts.merged, { ...holes, commit });
}

function name(displayName: string): Html {
  return html`<bdi>${displayName}</bdi>`;
}

/** With the fork, if it comes from one. */
export function sourceName({ source, destination }: PullRequest): string {
  const { repository, branch } = source;
  return repository === undefined || repository.uuid === destination.repository.uuid
    ? branch
    : `${fullName(repository)}:${branch}`;
}

export function pullRequestTabs(
  { t, repository, pullRequest }: PullRequestPageRequest,
  { commits, activity, files }: PullRequestCounts,
  part: PullRequestPart,
): Html {
  const count = (n: number | undefined) =>
    n === undefined
      ? NOTHING
      : html` <span class="dim num">${n > COUNTED_COMMITS_MAX ? `${COUNTED_COMMITS_MAX}+` : n}</span>`;
  const tab = (name: PullRequestPart, rest: readonly string[], n: number | undefined) =>
    html`<a href="${pullRequestPath(repository, pullRequest.id, ...rest)}"${current(part === name)}>${t(texts.tabs[name])}${count(n)}</a>`;
  return html`<nav class="tabs under" aria-label="${t(texts.tabs.label)}">${tab("changes", [], files)}${tab("commits", ["commits"], commits)}${tab("activity", ["activity"], activity)}</nav>`;
}
