import type { Commit } from "../../../git/objects/commit.ts";
import type { CommitStatus } from "../../../model/commit-status.ts";
import { findCommitAccounts, getCommit } from "../../../operations/commits/commits.ts";
import { listRefsWithCommit, type RefsWithCommit } from "../../../operations/commits/refs-with-commit.ts";
import { getComparedCommits, getDiffSides } from "../../../operations/source/diffs.ts";
import { listCommitStatuses } from "../../../storage/sql/commits/commit-statuses.ts";
import { commitTexts } from "../../catalogue/commits.ts";
import { showDiff } from "../../diffs/show-diff.ts";
import { type Html, html, joined, NOTHING } from "../../html.ts";
import { buildMark, buildWord } from "../../layout/build-mark.ts";
import { commitAuthor } from "../../layout/commit-author.ts";
import { commitBody, commitSummary } from "../../layout/commit-message.ts";
import { repositoryPlace } from "../../layout/place.ts";
import { exactTime, timeAgo } from "../../layout/time.ts";
import { visibleText } from "../../layout/visible-text.ts";
import { commitPath, pathPart, repositoryPath, sourcePath } from "../../links.ts";
import { page, type RepositoryPage, type RepositoryPageRequest } from "../../page.ts";
import { shortId } from "../../short-id.ts";

const STATUSES_MAX = 20;
const PARENTS_MAX = 20;
const REFS_SHOWN_MAX = 5;

/** One commit: who, when, what it says, where it is, and what it changes. */
export const commitPage: RepositoryPage = {
  path: "/{workspace}/{repo_slug}/commits/{commit}",
  subject: "repository",
  permission: "read",
  async get(ports, request) {
    const { repository, params, signal, takeSlot, t } = request;
    const commit = await getCommit(ports, repository, params.commit!);
    const source = { repository, revision: commit.id };
    const compared = await getComparedCommits(
      ports,
      repository,
      { source, destination: undefined },
      takeSlot,
    );
    const sides = await getDiffSides(ports, compared, false, signal);
    const [accounts, statuses, refs, diff] = await Promise.all([
      findCommitAccounts(ports, [commit]),
      listCommitStatuses(ports.database.kysely, {
        repositoryUuids: [repository.uuid],
        commit: commit.id,
        page: 1,
        pagelen: STATUSES_MAX,
      }),
      listRefsWithCommit(ports, repository, commit.id, signal),
      showDiff(ports, request, { repository, compared, sides }),
    ]);
    const author = commitAuthor(t, commit.author, accounts);
    const facts: (readonly [Html, Html])[] = [
      [t(commitTexts.commit), html`<code>${commit.id}</code>`],
      [t(commitTexts.author), html`<b>${author}</b>, ${exactTime(request, commit.author.date)}`],
      ...committerFact(request, commit, commitAuthor(t, commit.committer, accounts)),
      [t(commitTexts.parents), parentsOf(request, commit)],
      ...refFacts(request, refs),
      ...(statuses.size === 0 ? [] : [[t(commitTexts.builds), buildsOf(request, statuses.values)] as const]),
    ];
    return page({
      title: html`${commitSummary(t, commit)} · ${shortId(commit.id)} · ${repository.workspace.slug}/${repository.slug}`,
      place: repositoryPlace(request, "commits"),
      isWide: true,
      main: html`<div class="head"><h1>${commitSummary(t, commit)}</h1><a class="btn" href="${sourcePath(repository, "src", commit.id)}">${t(commitTexts.files)}</a></div>
<p class="lead inkish">${t(commitTexts.by, { person: html`<b>${author}</b>`, when: timeAgo(request, commit.author.date) })}</p>
<div class="flow">${commitBody(t, commit)}<dl class="facts rimmed">${facts.map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl></div>
<div class="block">${commit.parents.length > 1 && html`<p class="after dim">${t(commitTexts.mergeNote)}</p>`}${diff.main}</div>`,
    });
  },
};

/** Told only where it is somebody else, or another time: as after a rebase. */
function committerFact(
  request: RepositoryPageRequest,
  { author, committer }: Commit,
  name: Html,
): (readonly [Html, Html])[] {
  if (author.raw === committer.raw && author.date.getTime() === committer.date.getTime()) return [];
  return [[request.t(commitTexts.committer), html`<b>${name}</b>, ${exactTime(request, committer.date)}`]];
}

function parentsOf({ t, repository }: RepositoryPageRequest, { parents, areParentsCut }: Commit): Html {
  if (parents.length === 0) return t(commitTexts.noParent);
  const shown = parents
    .slice(0, PARENTS_MAX)
    .map((id) => html`<a href="${commitPath(repository, id)}"><code>${shortId(id)}</code></a>`);
  const more = areParentsCut === true || parents.length > PARENTS_MAX;
  return html`${joined(shown, " ")}${more && html` ${t(commitTexts.moreParents)}`}`;
}

function refFacts(
  { t, repository }: RepositoryPageRequest,
  refs: RefsWithCommit | undefined,
): (readonly [Html, Html])[] {
  if (refs === undefined) return [[t(commitTexts.branches), t(commitTexts.tooFar)]];
  const links = (names: readonly string[], folder: "branch" | "tag") => {
    const shown = names
      .slice(0, REFS_SHOWN_MAX)
      .map(
        (name) =>
          html`<a class="m" href="${repositoryPath(repository, "commits", folder, pathPart(name))}">${visibleText(name)}</a>`,
      );
    const more = names.length - shown.length;
    const all = repositoryPath(repository, folder === "branch" ? "branches" : "tags");
    return html`${joined(shown, ", ")}${more > 0 ? html` <a href="${all}">${t(commitTexts.more, { n: more })}</a>` : NOTHING}`;
  };
  const { branches, tags } = refs;
  return [
    [t(commitTexts.branches), branches.length === 0 ? t(commitTexts.noBranch) : links(branches, "branch")],
    ...(tags.length === 0 ? [] : [[t(commitTexts.tags), links(tags, "tag")] as const]),
  ];
}

/** Where a build is told has been given by who reported it: only a web address becomes a link. */
function buildsOf({ t }: RepositoryPageRequest, statuses: readonly CommitStatus[]): Html {
  return html`<ul class="checks" id="builds">${statuses.map((status) => {
    const name = visibleText(status.name === "" ? status.key : status.name);
    const label = /^https?:\/\//i.test(status.url)
      ? html`<a href="${status.url}" rel="nofollow noreferrer"><bdi>${name}</bdi></a>`
      : html`<bdi>${name}</bdi>`;
    return html`<li>${buildMark(t, status.state)}<span>${label} <span class="dim small">${buildWord(t, status.state)}</span></span></li>`;
  })}</ul>`;
}
