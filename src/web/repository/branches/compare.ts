import { Failure } from "../../../model/failure.ts";
import { BRANCH_PREFIX } from "../../../model/ref-name.ts";
import { readCommitPage } from "../../../operations/commits/commits.ts";
import { getDiffSides } from "../../../operations/source/diffs.ts";
import type { Ports } from "../../../ports.ts";
import {
  type ComparedRepositories,
  findComparedCommits,
} from "../../../rest/repositories/diff/compared-commits.ts";
import { type DiffSpec, parseDiffSpec } from "../../../rest/repositories/diff/diff-spec.ts";
import { branchTexts } from "../../catalogue/branch.ts";
import { showDiff } from "../../diffs/show-diff.ts";
import { type Html, html, NOTHING } from "../../html.ts";
import { commitList } from "../../layout/commit-list.ts";
import { errorSummary, input, type Problem } from "../../layout/form.ts";
import { repositoryPlace } from "../../layout/place.ts";
import { visibleText } from "../../layout/visible-text.ts";
import { repositoryPath, withQuery } from "../../links.ts";
import {
  type PageAnswer,
  page,
  type RepositoryPage,
  type RepositoryPageRequest,
  redirect,
} from "../../page.ts";
import { comparePath } from "./compare-path.ts";

const NAME_LENGTH_MAX = 1024;
/** As many as a page of commits. */
const COMMITS_MAX = 50;
/** With so many commits above it, fewer elements are left for the diff. */
const DIFF_NODES_MAX = 4000;

const texts = branchTexts.compare;

/** `source..destination`: what the source has and the destination has not, as REST compares. Without both: the form. */
export const comparePage: RepositoryPage = {
  path: "/{workspace}/{repo_slug}/branches/compare/{spec}",
  lastParameterSpans: "maybe-none",
  subject: "repository",
  permission: "read",
  async get(ports, request) {
    const { query, params } = request;
    const text = params.spec ?? "";
    if (text === "") return chooseSides(request, query.get("source"), query.get("destination"));
    const spec = parseDiffSpec(text);
    if (spec?.destination === undefined)
      return showForm(request, { source: text, destination: "", status: 422 });
    const [source, destination] = [spec.source, spec.destination].map(({ revision, repository: named }) =>
      named === undefined ? revision : `${named.workspace}/${named.repo_slug}:${revision}`,
    ) as [string, string];
    try {
      const compared = await findComparedCommits(ports, request, spec);
      return await showComparison(ports, request, { compared, spec, source, destination });
    } catch (error) {
      const problem = problemOf(request, error, source, destination);
      if (problem === undefined) throw error;
      return showForm(request, { source, destination, problems: [problem], status: 422 });
    }
  },
};

/** What the one who asks can mend. */
function problemOf(
  { t }: RepositoryPageRequest,
  error: unknown,
  source: string,
  destination: string,
): Problem | undefined {
  if (!(error instanceof Failure)) return undefined;
  if (error.kind === "invalid-input" && error.message === "No common ancestor")
    return { field: "source", message: t(texts.unrelated) };
  if (error.kind !== "not-found") return undefined;
  const shas = error.details.data?.shas;
  const missing = Array.isArray(shas) ? String(shas[0]) : undefined;
  if (missing === undefined) return undefined;
  const field = missing === destination && missing !== source ? "destination" : "source";
  return { field, message: t(branchTexts.notThere, { name: html`<bdi>${missing}</bdi>` }) };
}

/** The form has been sent: to the address of the comparison, or back with what is missing. */
function chooseSides(
  request: RepositoryPageRequest,
  source: string | null,
  destination: string | null,
): PageAnswer {
  const { t, repository } = request;
  if (source === null && destination === null)
    return showForm(request, { source: "", destination: repository.mainBranch ?? "" });
  const sides = { source: clean(source), destination: clean(destination) };
  const problems = (["source", "destination"] as const)
    .filter((name) => parseDiffSpec(sides[name]) === undefined || sides[name].includes(".."))
    .map((field): Problem => ({ field, message: t(texts.enter) }));
  if (problems.length > 0) return showForm(request, { ...sides, problems, status: 422 });
  return redirect(comparePath(repository, sides.source, sides.destination));
}

function clean(name: string | null): string {
  return (name ?? "").trim().slice(0, NAME_LENGTH_MAX);
}

type Form = {
  readonly source: string;
  readonly destination: string;
  readonly problems?: readonly Problem[];
  readonly status?: number;
};

function showForm(request: RepositoryPageRequest, form: Form): PageAnswer {
  const { t, repository } = request;
  const { problems = [], status = 200 } = form;
  return page({
    title: html`${t(texts.title)} · ${repository.workspace.slug}/${repository.slug}`,
    place: repositoryPlace(request, "branches"),
    hasProblems: problems.length > 0,
    status,
    main: html`<h1>${t(texts.title)}</h1>${errorSummary(t, problems)}<p class="lead">${t(texts.lead)}</p>${sidesForm(request, form)}`,
  });
}

function sidesForm(
  { t, repository }: RepositoryPageRequest,
  { source, destination, problems = [] }: Form,
): Html {
  const side = (name: "source" | "destination", value: string) =>
    input(t, {
      name,
      label: t(texts[name]),
      hint: t(branchTexts.fromHint),
      problems,
      value,
      autocomplete: "off",
    });
  return html`<form class="filters" method="get" action="${comparePath(repository)}"><div class="grow">${side("source", source)}</div><div class="grow">${side("destination", destination)}</div><button>${t(texts.act)}</button></form>`;
}

type Comparison = {
  readonly compared: ComparedRepositories;
  readonly spec: DiffSpec;
  readonly source: string;
  readonly destination: string;
};

async function showComparison(
  ports: Ports,
  request: RepositoryPageRequest,
  { compared, spec, source, destination }: Comparison,
): Promise<PageAnswer> {
  const { t, repository, signal, takeSlot } = request;
  const sides = await getDiffSides(ports, compared, true, signal);
  const isHere = spec.source.repository === undefined && spec.destination?.repository === undefined;
  // What is in another repository is not walked through: its commits are on its own pages.
  const found = isHere
    ? await readCommitPage(
        ports,
        repository,
        { include: [compared.source.id], exclude: [compared.destination!.id], path: undefined },
        { page: 1, pagelen: COMMITS_MAX, signal, takeSlot },
      )
    : { commits: [], hasMore: false };
  const [commits, diff] = await Promise.all([
    commitList(ports, request, found.commits, { repository, hasGraph: true }),
    showDiff(ports, request, {
      repository: compared.sourceRepository,
      compared,
      sides,
      nodesMax: DIFF_NODES_MAX,
    }),
  ]);
  const names = {
    source: html`<bdi class="m">${visibleText(source)}</bdi>`,
    destination: html`<bdi class="m">${visibleText(destination)}</bdi>`,
  };
  const n = found.commits.length;
  const heading = t(found.hasMore ? texts.firstCommits : texts.commits, { n });
  return page({
    title: html`${t(texts.titleOf, names)} · ${repository.workspace.slug}/${repository.slug}`,
    place: repositoryPlace(request, "branches"),
    isWide: true,
    main: html`<div class="head"><h1>${t(texts.titleOf, names)}</h1><div class="acts"><a class="btn" href="${comparePath(repository, destination, source)}">${t(texts.swap)}</a>${await createLink(ports, request, { spec, source, destination })}</div></div>
<div class="flow">${sidesForm(request, { source, destination })}
${isHere && html`<section class="block"><h2>${n === 0 ? t(texts.noCommits, names) : heading}</h2>${n > 0 && commits}</section>`}
<section class="block"><h2>${t(texts.changes)}</h2><p class="dim">${t(texts.changesNote)}</p>${diff.main}</section></div>`,
  });
}

/** Between two branches, for who is signed in. */
async function createLink(
  { database }: Ports,
  { t, repository, account }: RepositoryPageRequest,
  { spec, source, destination }: Omit<Comparison, "compared">,
): Promise<Html> {
  const refs = await database.lookups.listRefs(repository.uuid);
  const areBranches = [spec.source, spec.destination!].every(
    (side) =>
      side.repository === undefined && refs.some(({ name }) => name === BRANCH_PREFIX + side.revision),
  );
  if (!areBranches || account === undefined || source === destination) return NOTHING;
  const path = withQuery(repositoryPath(repository, "pull-requests", "new"), { source, destination });
  return html`<a class="btn main" href="${path}">${t(branchTexts.createPullRequest)}</a>`;
}
