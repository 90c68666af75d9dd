import type { Account } from "../../model/account.ts";
import { bytesToText } from "../../model/byte-text.ts";
import { findCommitAccounts } from "../../operations/commits/commits.ts";
import { type FileVersion, listFileVersions } from "../../operations/source/list-file-versions.ts";
import { sourceTexts } from "../catalogue/source.ts";
import { type Html, html, NOTHING } from "../html.ts";
import { commitAuthor } from "../layout/commit-author.ts";
import { commitSummary } from "../layout/commit-message.ts";
import { empty } from "../layout/empty.ts";
import { readPage } from "../layout/pager.ts";
import { repositoryPlace } from "../layout/place.ts";
import { formatSize } from "../layout/size.ts";
import { timeAgo } from "../layout/time.ts";
import { visibleText } from "../layout/visible-text.ts";
import { commitPath, sourcePath, withQuery } from "../links.ts";
import { page, type RepositoryPage, type RepositoryPageRequest, redirect } from "../page.ts";
import { shortId } from "../short-id.ts";
import { type FoundSource, findSource } from "./source/find-source.ts";
import { sourceHead, sourceTitle } from "./source/head.ts";
import { listRefNames } from "./source/revision-form.ts";

const PAGELEN = 50;
/** A page waits no longer; a clone has all the time. */
const TIME_LIMIT_MS = 10_000;

/** The commits that changed a file or folder. */
export const historyNodePage: RepositoryPage = {
  path: "/{workspace}/{repo_slug}/history-node/{commit}/{path}",
  lastParameterSpans: "some",
  subject: "repository",
  permission: "read",
  async get(ports, request) {
    const { t, repository, query, signal, takeSlot } = request;
    const source = await findSource(ports, request, "history-node");
    if ("location" in source) return redirect(source.location);
    if (source.path === "") return redirect(sourcePath(repository, "src", source.revision));
    const asked = readPage(query);
    const history = await listFileVersions(ports, repository, source, {
      page: asked,
      pagelen: PAGELEN,
      followsRenames: true,
      signal,
      takeSlot,
      timeLimitMs: TIME_LIMIT_MS,
    });
    const names = await listRefNames(ports, repository);
    const commits = (history?.versions ?? []).map(({ commit }) => commit);
    const accounts = await findCommitAccounts(ports, commits);
    const main =
      history === undefined
        ? empty(t(sourceTexts.noHistory), t(sourceTexts.noHistoryText))
        : html`${describeVersions(request, source, history.versions, accounts)}${describePager(request, source, asked, history.hasMore)}`;
    return page({
      title: html`${t(sourceTexts.history)}: ${sourceTitle(request, source)}`,
      place: repositoryPlace(request, "files"),
      main: html`${sourceHead(request, source, names, "history-node")}<p class="lead">${t(sourceTexts.historyLead)}</p>${main}`,
    });
  },
};

function describeVersions(
  request: RepositoryPageRequest,
  source: FoundSource,
  versions: readonly FileVersion[],
  accounts: ReadonlyMap<string, Account>,
): Html {
  const { t } = request;
  const texts = sourceTexts;
  return html`<table role="table" class="ledger stack"><caption class="vh">${t(texts.historyTitle, { path: visibleText(source.path) })}</caption><thead role="rowgroup"><tr role="row"><th role="columnheader" scope="col">${t(texts.change)}</th><th role="columnheader" scope="col">${t(texts.author)}</th><th role="columnheader" scope="col">${t(texts.sizeThen)}</th><th role="columnheader" scope="col" class="end">${t(texts.when)}</th></tr></thead><tbody role="rowgroup">${versions.map((version) => row(request, source, version, accounts))}</tbody></table>`;
}

function row(
  request: RepositoryPageRequest,
  source: FoundSource,
  { commit, path, file }: FileVersion,
  accounts: ReadonlyMap<string, Account>,
): Html {
  const { t, repository } = request;
  const then = bytesToText(path);
  const size = file?.size;
  const shown =
    file === undefined
      ? html`<span class="dim">${t(sourceTexts.removed)}</span>`
      : html`<a href="${sourcePath(repository, "src", commit.id, then)}">${size === undefined ? t(sourceTexts.path) : formatSize(size)}</a>`;
  return html`<tr role="row"><th role="rowheader" scope="row" data-l="${t(sourceTexts.change)}"><a href="${commitPath(repository, commit.id)}" dir="auto">${commitSummary(t, commit)}</a><span class="sub"><code>${shortId(commit.id)}</code>${then === source.path ? NOTHING : html` ${t(sourceTexts.wasCalled, { path: visibleText(then) })}`}</span></th><td role="cell" data-l="${t(sourceTexts.author)}"><div>${commitAuthor(t, commit.author, accounts)}</div></td><td role="cell" data-l="${t(sourceTexts.sizeThen)}"><div>${shown}</div></td><td role="cell" class="end dim" data-l="${t(sourceTexts.when)}"><div>${timeAgo(request, commit.author.date)}</div></td></tr>`;
}

function describePager(
  { t, repository }: RepositoryPageRequest,
  source: FoundSource,
  asked: number,
  hasMore: boolean,
): Html {
  if (asked === 1 && !hasMore) return NOTHING;
  const link = (to: number) =>
    withQuery(sourcePath(repository, "history-node", source.revision, source.path), {
      page: to === 1 ? undefined : to,
    });
  return html`<nav class="pager" aria-label="${t(sourceTexts.history)}"><span></span><span class="acts">${asked > 1 && html`<a class="btn" rel="prev" href="${link(asked - 1)}">${t(sourceTexts.newer)}</a>`}${hasMore && html`<a class="btn" rel="next" href="${link(asked + 1)}">${t(sourceTexts.older)}</a>`}</span></nav>`;
}
