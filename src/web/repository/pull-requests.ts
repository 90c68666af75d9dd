import { fullName } from "../../model/repository.ts";
import type { Ports } from "../../ports.ts";
import {
  countPullRequests,
  listPullRequestChoices,
  listPullRequests,
  type PullRequestChoices,
  type PullRequestCounts,
} from "../../storage/sql/pull-requests/pull-requests.ts";
import { pullRequestTexts, pullRequestListTexts as texts } from "../catalogue/pull-requests.ts";
import { type Hole, type Html, html, joined } from "../html.ts";
import { empty } from "../layout/empty.ts";
import { describeOptions, type Option } from "../layout/form.ts";
import { pager } from "../layout/pager.ts";
import { repositoryPlace } from "../layout/place.ts";
import {
  filterQuery,
  LISTED_MAX,
  narrows,
  type PullRequestFilter,
  parsePullRequestFilter,
  SORT_CHOICES,
  STATE_CHOICES,
  sortOf,
  statesOf,
  toFilter,
} from "../layout/pull-requests/pull-request-filter.ts";
import { pullRequestTable, readListed } from "../layout/pull-requests/pull-request-table.ts";
import { repositoryPath, withQuery } from "../links.ts";
import { page, type RepositoryPage, type RepositoryPageRequest } from "../page.ts";

/** Authors and branches that a filter offers. */
const CHOICES_MAX = 100;

/** The pull requests into a repository, with filters. */
export const pullRequestsPage: RepositoryPage = {
  path: "/{workspace}/{repo_slug}/pull-requests",
  subject: "repository",
  permission: "read",
  async get(ports, request) {
    const { t, repository, account } = request;
    const { kysely } = ports.database;
    const filter = parsePullRequestFilter(request.query);
    const [counts, choices, found] = await Promise.all([
      countPullRequests(kysely, { repositoryUuid: repository.uuid }, account?.uuid),
      listPullRequestChoices(kysely, repository.uuid, CHOICES_MAX),
      listPullRequests(kysely, {
        repositoryUuid: repository.uuid,
        states: statesOf(filter),
        filter: toFilter(filter, account?.uuid),
        sort: sortOf(filter),
        page: filter.page,
        pagelen: LISTED_MAX,
      }),
    ]);
    const create = repositoryPath(repository, "pull-requests", "new");
    const hasAny = [...counts.byState.values()].some((size) => size > 0);
    const button =
      account !== undefined && html`<a class="btn main" href="${create}">${t(pullRequestTexts.create)}</a>`;
    const list = hasAny
      ? await describeList(ports, request, filter, { counts, choices, found })
      : empty(
          t(texts.none.title),
          t(texts.none.lead),
          button === false ? undefined : html`<div class="acts">${button}</div>`,
        );
    return page({
      title: t(texts.title, { repository: fullName(repository) }),
      place: repositoryPlace(request, "pull-requests", { openPullRequests: counts.byState.get("OPEN") ?? 0 }),
      main: html`<div class="head"><h1>${t(pullRequestTexts.pullRequests)}</h1>${hasAny && button}</div>${list}`,
    });
  },
};

type Found = {
  readonly counts: PullRequestCounts;
  readonly choices: PullRequestChoices;
  readonly found: Awaited<ReturnType<typeof listPullRequests>>;
};

async function describeList(
  ports: Ports,
  request: RepositoryPageRequest,
  filter: PullRequestFilter,
  { counts, choices, found }: Found,
): Promise<Html> {
  const { t, repository } = request;
  const path = repositoryPath(repository, "pull-requests");
  const { values, size } = found;
  const listed = await readListed(ports, values);
  const table =
    values.length > 0
      ? html`<p class="small dim after">${t(texts.results, { n: size })}</p>${pullRequestTable(
          request,
          listed,
          {
            label: t(pullRequestTexts.pullRequests),
            showsRepository: false,
          },
        )}`
      : narrows(filter)
        ? empty(
            t(texts.noMatch.title),
            t(texts.noMatch.lead, { filter: describeFilter(request, filter, choices) }),
            html`<div class="acts"><a class="btn" href="${path}">${t(texts.clear)}</a></div>`,
          )
        : empty(t(texts.noneOpen.title), t(texts.noneOpen.lead));
  return html`${describeCounts(request, filter, counts, path)}${filterForm(request, filter, choices)}${table}${pager(
    t,
    { page: filter.page, pagelen: LISTED_MAX, size },
    withQuery(path, filterQuery(filter)),
  )}`;
}

/** Ready-made filters. */
function describeCounts(
  { t, account }: RepositoryPageRequest,
  filter: PullRequestFilter,
  { byState, own, toReview }: PullRequestCounts,
  path: string,
): Html {
  const bare = { ...filter, text: "", author: undefined, isReviewerMe: false, into: "", page: 1 };
  const here = withQuery(path, filterQuery({ ...filter, page: 1 }));
  const link = (changes: Partial<PullRequestFilter>, label: Html) => {
    const href = withQuery(path, filterQuery({ ...bare, state: "open", ...changes }));
    return html`<a href="${href}"${href === here && html` aria-current="true"`}>${label}</a>`;
  };
  const size = (state: "OPEN" | "MERGED" | "DECLINED") => byState.get(state) ?? 0;
  return html`<nav class="counts" aria-label="${t(texts.counts)}">${link({}, t(texts.open, { n: size("OPEN") }))}${
    account &&
    html`${link({ isReviewerMe: true }, t(texts.toReview, { n: toReview }))}${link({ author: "me" }, t(texts.own, { n: own }))}`
  }${link({ state: "merged" }, t(texts.merged, { n: size("MERGED") }))}${link({ state: "declined" }, t(texts.declined, { n: size("DECLINED") }))}</nav>`;
}

function filterForm(
  { t, account }: RepositoryPageRequest,
  filter: PullRequestFilter,
  { authors, destinationBranches }: PullRequestChoices,
): Html {
  const control = (name: string, label: Html, options: readonly Option[], value: string) =>
    html`<div><label for="${name}">${label}</label><select id="${name}" name="${name}">${describeOptions(options, value)}</select></div>`;
  const me: readonly Option[] = account === undefined ? [] : [{ value: "me", label: t(texts.me) }];
  const states = STATE_CHOICES.map((value) => ({ value, label: nameState(t, value) }));
  const people = authors.map(({ uuid, displayName }) => ({ value: uuid, label: displayName }));
  const branches = destinationBranches.map((value) => ({ value, label: value }));
  const anyone = { value: "", label: t(texts.anyone) };
  return html`<form class="filters" method="get"><div class="grow"><label for="q">${t(texts.text)}</label><input id="q" type="search" name="q" value="${filter.text}" dir="auto" data-key="/"></div>${control("state", t(texts.state), states, filter.state)}${control("author", t(texts.author), [anyone, ...me, ...people], filter.author ?? "")}${
    account !== undefined &&
    control(
      "reviewer",
      t(texts.reviewer),
      [{ ...anyone, value: "any" }, ...me],
      filter.isReviewerMe ? "me" : "any",
    )
  }${control("into", t(texts.into), [{ value: "", label: t(texts.anyBranch) }, ...branches], filter.into)}${control(
    "sort",
    t(texts.sort),
    SORT_CHOICES.map((value) => ({ value, label: t(texts.sorts[value]) })),
    filter.sort,
  )}<button>${t(texts.filter)}</button></form>`;
}

function nameState(t: RepositoryPageRequest["t"], state: PullRequestFilter["state"]): Html {
  switch (state) {
    case "open":
      return t(pullRequestTexts.states.OPEN);
    case "merged":
      return t(pullRequestTexts.states.MERGED);
    case "declined":
      return t(pullRequestTexts.states.DECLINED);
    case "all":
      return t(texts.anyState);
  }
}

/** Which filter it is that nothing matches, in words. */
function describeFilter(
  { t }: RepositoryPageRequest,
  { text, state, author, isReviewerMe, into }: PullRequestFilter,
  { authors }: PullRequestChoices,
): Html {
  const { filterWords } = texts;
  const found = authors.find(({ uuid }) => uuid === author);
  const name: Hole = found === undefined ? t(texts.me) : html`<bdi>${found.displayName}</bdi>`;
  const words = [
    text !== "" && t(filterWords.text, { text: html`<bdi>${text}</bdi>` }),
    t(filterWords.state, { state: nameState(t, state) }),
    author !== undefined && t(filterWords.author, { author: name }),
    isReviewerMe && t(filterWords.reviewer, { reviewer: t(texts.me) }),
    into !== "" && t(filterWords.into, { branch: html`<bdi>${into}</bdi>` }),
  ].filter((word) => word !== false);
  return joined(words, t(filterWords.separator));
}
