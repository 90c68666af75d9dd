import { findCommitAccounts, readCommitPage } from "../../../operations/commits/commits.ts";
import { subjectOf } from "../../../operations/pull-requests/prepare-pull-request.ts";
import {
  countPullRequestCommits,
  pullRequestWalk,
} from "../../../operations/pull-requests/pull-request-walk.ts";
import { countActivity } from "../../../storage/sql/pull-requests/list-activity.ts";
import { pullRequestCommitsTexts as texts } from "../../catalogue/pull-request.ts";
import { type Html, html } from "../../html.ts";
import { commitAuthor } from "../../layout/commit-author.ts";
import { pager, readPage } from "../../layout/pager.ts";
import { repositoryPlace } from "../../layout/place.ts";
import {
  COUNTED_COMMITS_MAX,
  pullRequestHead,
  pullRequestTabs,
  pullRequestTitle,
} from "../../layout/pull-requests/pull-request-head.ts";
import { timeAgo } from "../../layout/time.ts";
import { visibleText } from "../../layout/visible-text.ts";
import { commitPath } from "../../links.ts";
import { type PullRequestPage, page } from "../../page.ts";
import { shortId } from "../../short-id.ts";

const PAGELEN = 50;

/** The commits that a pull request brings, newest first. */
export const pullRequestCommitsPage: PullRequestPage = {
  path: "/{workspace}/{repo_slug}/pull-requests/{pull_request_id}/commits",
  subject: "pull-request",
  permission: "read",
  async get(ports, request) {
    const { t, by, repository, pullRequest, query, signal, takeSlot, path } = request;
    const shownPage = readPage(query);
    const [commits, activity, found] = await Promise.all([
      countPullRequestCommits(ports, by, pullRequest, COUNTED_COMMITS_MAX + 1, takeSlot),
      countActivity(ports.database.kysely, pullRequest),
      readCommitPage(ports, repository, pullRequestWalk(pullRequest), {
        page: shownPage,
        pagelen: PAGELEN,
        signal,
        takeSlot,
      }),
    ]);
    const accounts = await findCommitAccounts(ports, found.commits);
    const rows = found.commits.map((commit): Html => {
      const { id, author } = commit;
      const subject = subjectOf(commit);
      return html`<tr role="row"><th role="rowheader" scope="row" data-l="${t(texts.commit)}"><a href="${commitPath(repository, id)}" dir="auto">${subject === "" ? shortId(id) : visibleText(subject)}</a><span class="sub m">${shortId(id)}</span></th><td role="cell" data-l="${t(texts.author)}"><div>${commitAuthor(t, author, accounts)}</div></td><td role="cell" class="end nowrap" data-l="${t(texts.date)}"><div>${timeAgo(request, author.date)}</div></td></tr>`;
    });
    const list =
      rows.length === 0
        ? html`<p class="after dim">${t(texts.none)}</p>`
        : html`<table role="table" class="ledger stack tight" aria-label="${t(texts.title)}"><thead role="rowgroup"><tr role="row"><th role="columnheader" scope="col">${t(texts.commit)}</th><th role="columnheader" scope="col">${t(texts.author)}</th><th role="columnheader" scope="col" class="end">${t(texts.date)}</th></tr></thead><tbody role="rowgroup">${rows}</tbody></table>`;
    return page({
      title: html`${t(texts.title)} · ${pullRequestTitle(request)}`,
      place: repositoryPlace(request, "pull-requests"),
      main: html`${pullRequestHead(request, commits)}${pullRequestTabs(request, { commits, activity, files: undefined }, "commits")}${list}${pager(t, { page: shownPage, pagelen: PAGELEN, size: commits }, path)}`,
    });
  },
};
