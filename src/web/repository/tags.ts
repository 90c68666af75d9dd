import type { RefDetails } from "../../git/objects/ref-details.ts";
import type { Account } from "../../model/account.ts";
import { findRefAccounts, listRefPage } from "../../operations/refs/refs.ts";
import { branchTexts } from "../catalogue/branch.ts";
import { listTexts } from "../catalogue/lists.ts";
import { type Html, html, NOTHING } from "../html.ts";
import { commitAuthor } from "../layout/commit-author.ts";
import { commitSummary } from "../layout/commit-message.ts";
import { empty, noMatch } from "../layout/empty.ts";
import { ledger } from "../layout/ledger.ts";
import { pager, readPage } from "../layout/pager.ts";
import { repositoryPlace } from "../layout/place.ts";
import { timeAgo } from "../layout/time.ts";
import { visibleText } from "../layout/visible-text.ts";
import { commitPath, pathPart, repositoryPath } from "../links.ts";
import { page, type RepositoryPage, type RepositoryPageRequest } from "../page.ts";
import { shortId } from "../short-id.ts";
import { hasName } from "./branches.ts";

const PAGELEN = 50;
const QUERY_LENGTH_MAX = 200;

/** The tags of a repository, by name: the highest version first. */
export const tagsPage: RepositoryPage = {
  path: "/{workspace}/{repo_slug}/tags",
  subject: "repository",
  permission: "read",
  async get(ports, request) {
    const { t, repository, query, path } = request;
    const q = (query.get("q") ?? "").trim().slice(0, QUERY_LENGTH_MAX);
    const asked = readPage(query);
    const { values, size } = await listRefPage(ports, repository, {
      kinds: ["tag"],
      ...(q === "" ? {} : { filter: hasName(q) }),
      sort: { field: "name", direction: "desc" },
      page: asked,
      pagelen: PAGELEN,
    });
    const accounts = await findRefAccounts(ports, values);
    const texts = branchTexts.tags;
    const own = repositoryPath(repository, "tags");
    const list =
      values.length > 0
        ? html`<p class="dim small after">${t(texts.count, { n: size })}</p>${tagTable(request, values, accounts)}`
        : q === ""
          ? empty(t(texts.none), t(texts.noneText))
          : noMatch(t, q, own);
    return page({
      title: html`${t(texts.title)} · ${repository.workspace.slug}/${repository.slug}`,
      place: repositoryPlace(request, "branches"),
      main: html`<div class="head"><h1>${t(texts.title)}</h1><a class="btn" href="${repositoryPath(repository, "branches")}">${t(texts.branchesLink)}</a></div>
<form class="filters" method="get" role="search"><div class="grow"><label for="q">${t(branchTexts.search)}</label><input id="q" name="q" value="${q}" autocomplete="off" data-key="/"></div><button>${t(listTexts.filter)}</button></form>${list}${pager(t, { page: asked, pagelen: PAGELEN, size }, path)}`,
    });
  },
};

function tagTable(
  request: RepositoryPageRequest,
  tags: readonly RefDetails[],
  accounts: ReadonlyMap<string, Account>,
): Html {
  const { t, repository } = request;
  const texts = branchTexts.tags;
  const columns = [
    { label: t(texts.tag) },
    { label: t(texts.commit) },
    { label: t(texts.created), isEnd: true },
  ];
  const rows = tags.map(({ name, tag, commit }) => {
    const link = html`<a class="m" href="${repositoryPath(repository, "commits", "tag", pathPart(name))}"><bdi>${visibleText(name)}</bdi></a>`;
    const message = tag && html`<span class="sub">${commitSummary(t, tag)}</span>`;
    const target =
      commit === undefined
        ? html`<span class="dim">${t(texts.noCommit)}</span>`
        : html`<a href="${commitPath(repository, commit.id)}"><code>${shortId(commit.id)}</code></a> ${commitSummary(t, commit)}`;
    const made = tag?.tagger ?? commit?.committer;
    const when =
      made === undefined
        ? NOTHING
        : html`${timeAgo(request, made.date)}<span class="sub">${commitAuthor(t, made, accounts)}</span>`;
    return [html`${link}${message}`, target, when];
  });
  return ledger(columns, rows);
}
