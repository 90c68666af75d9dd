import { findNamedRepository } from "../../../http/routes/named-subjects.ts";
import { bytesToText } from "../../../model/byte-text.ts";
import { Failure } from "../../../model/failure.ts";
import { permits } from "../../../model/permission.ts";
import { fullName, type Repository } from "../../../model/repository.ts";
import { viewerOf } from "../../../model/who-acts.ts";
import { getActiveModel } from "../../../operations/branch-rules/branching-models.ts";
import { createPullRequest } from "../../../operations/pull-requests/create-pull-request.ts";
import {
  type PreparedPullRequest,
  preparePullRequest,
  subjectOf,
} from "../../../operations/pull-requests/prepare-pull-request.ts";
import { getComparedCommits, getDiffSides, listDiffChanges } from "../../../operations/source/diffs.ts";
import type { Ports } from "../../../ports.ts";
import {
  DESCRIPTION_LENGTH_MAX,
  TITLE_LENGTH_MAX,
} from "../../../rest/repositories/pullrequests/pull-request-body.ts";
import { findRepository, listRepositories } from "../../../storage/sql/repositories/repositories.ts";
import { newPullRequestTexts as texts } from "../../catalogue/pull-requests.ts";
import { type Html, html, NOTHING } from "../../html.ts";
import { empty, howToPush } from "../../layout/empty.ts";
import { checkbox, errorSummary, input, type Problem, textarea } from "../../layout/form.ts";
import { repositoryPlace } from "../../layout/place.ts";
import { type BranchGroup, branchField, readBranchGroup } from "../../layout/pull-requests/branch-choice.ts";
import { problemOfLength } from "../../layout/pull-requests/problem-of-length.ts";
import {
  type ChosenReviewers,
  readChosenReviewers,
  readReviewerChoice,
  reviewerFields,
} from "../../layout/pull-requests/reviewer-choice.ts";
import { visibleText } from "../../layout/visible-text.ts";
import { commitPath, pullRequestPath, repositoryPath, withQuery } from "../../links.ts";
import {
  type PageAnswer,
  page,
  type RepositoryPage,
  type RepositoryPageRequest,
  redirect,
} from "../../page.ts";
import { flash } from "../../pipeline/flash.ts";
import { shortId } from "../../short-id.ts";

const FORKS_MAX = 10;
const FORK_BRANCHES_MAX = 30;
const SHOWN_FILES_MAX = 50;
const SHOWN_COMMITS_MAX = 20;

/** Chooses two branches, shows what would be merged, and asks for it. */
export const newPullRequestPage: RepositoryPage = {
  path: "/{workspace}/{repo_slug}/pull-requests/new",
  subject: "repository",
  permission: "read",
  access: "account",
  async get(ports, request) {
    const { query, repository } = request;
    const branches = {
      source: query.get("source") ?? "",
      destination: query.get("destination") || (repository.mainBranch ?? ""),
    };
    const prepared = branches.source === "" ? undefined : await prepare(ports, request, branches);
    return show(ports, request, branches, prepared, undefined, []);
  },
  async post(ports, request) {
    const { t, by, repository, form } = request;
    const branches = { source: form.get("source") ?? "", destination: form.get("destination") ?? "" };
    const prepared = await prepare(ports, request, branches);
    const reviewers = await readChosenReviewers(ports, request);
    const sent = readSent(request, reviewers);
    const problems = [...problemsOf(request, sent), ...reviewers.problems];
    if (problems.length > 0 || prepared.kind !== "possible" || prepared.source === undefined)
      return show(ports, request, branches, prepared, sent, problems);
    try {
      const { pullRequest } = await createPullRequest(ports, by, repository, {
        title: sent.title,
        description: sent.description,
        isDraft: sent.isDraft,
        closesSourceBranch: sent.closes,
        reviewers: reviewers.selectors,
        source: prepared.source,
        destinationBranch: branches.destination,
      });
      const { id } = pullRequest;
      return redirect(pullRequestPath(repository, id), flash(texts.created, { id: String(id) }));
    } catch (error) {
      if (!(error instanceof Failure) || error.kind !== "invalid-input") throw error;
      const [field = "source"] = Object.keys(error.details.fields ?? {});
      const message = t(texts.problems.said, { message: error.message });
      return show(ports, request, branches, prepared, sent, [{ field, message }]);
    }
  },
};

type Branches = { readonly source: string; readonly destination: string };

/** What is in the form, once it was sent. */
type Sent = {
  readonly title: string;
  readonly description: string;
  readonly isDraft: boolean;
  readonly closes: boolean;
  readonly reviewers: ChosenReviewers;
};

/** With the repository of the source, if the reader may write there. */
type PreparedFrom = (PreparedPullRequest | { readonly kind: "no-source" }) & {
  readonly source?: { readonly repository: Repository; readonly branch: string };
};

function readSent({ form }: RepositoryPageRequest, reviewers: ChosenReviewers): Sent {
  return {
    title: form.get("title") ?? "",
    description: form.get("description") ?? "",
    isDraft: form.has("draft"),
    closes: form.has("close"),
    reviewers,
  };
}

function problemsOf({ t }: RepositoryPageRequest, { title, description }: Sent): readonly Problem[] {
  const problems: (Problem | undefined)[] = [
    title.trim() === ""
      ? { field: "title", message: t(texts.problems.noTitle) }
      : problemOfLength(t, "title", title, TITLE_LENGTH_MAX),
    problemOfLength(t, "description", description, DESCRIPTION_LENGTH_MAX),
  ];
  return problems.filter((problem) => problem !== undefined);
}

async function prepare(
  ports: Ports,
  request: RepositoryPageRequest,
  branches: Branches,
): Promise<PreparedFrom> {
  const { by, repository, takeSlot } = request;
  const source = await findSource(ports, request, branches.source);
  if (source === undefined) return { kind: "no-source" };
  const destination = { repository, branch: branches.destination };
  const prepared = await preparePullRequest(ports, by, source, destination, takeSlot);
  return { ...prepared, source };
}

/** `branch`, or `workspace/repository:branch` of a fork. Undefined unless the reader may write there: that asks for more than to read. */
async function findSource(ports: Ports, { admission, repository }: RepositoryPageRequest, text: string) {
  const colon = text.indexOf(":");
  const [workspace, slug, ...rest] = colon === -1 ? [] : text.slice(0, colon).split("/");
  const named =
    colon === -1
      ? repository
      : rest.length > 0 || slug === undefined
        ? undefined
        : await findNamedRepository(ports, { workspace: workspace!, repo_slug: slug });
  if (named === undefined) return undefined;
  try {
    const found = await admission.admitToRepository(named, { permission: "write" });
    return { repository: found, branch: text.slice(colon + 1) };
  } catch (error) {
    if (error instanceof Failure) return undefined;
    throw error;
  }
}

async function show(
  ports: Ports,
  request: RepositoryPageRequest,
  branches: Branches,
  prepared: PreparedFrom | undefined,
  sent: Sent | undefined,
  problems: readonly Problem[],
): Promise<PageAnswer> {
  const { t, repository } = request;
  const groups = await readGroups(ports, request);
  const all = [...problems, ...problemsOfPrepared(request, branches, prepared)];
  // The form that was sent is wrong; branches that cannot be merged are only said.
  const isRefused = sent !== undefined && all.length > 0;
  const hasBranches = groups.destination.branches.length > 0;
  const chosen = hasBranches
    ? html`<div class="flow">${branchForm(request, branches, groups, all)}${describeOpen(request, prepared)}${
        prepared?.kind === "possible" && prepared.source !== undefined
          ? await describePossible(ports, request, branches, prepared, prepared.source, sent, problems)
          : NOTHING
      }</div>`
    : empty(t(texts.empty.title), t(texts.empty.lead), howToPush(t, repository));
  const { noSource } = texts;
  const fork = html`<div class="acts"><a class="btn" href="${repositoryPath(repository, "fork")}">${t(noSource.fork, { repository: fullName(repository) })}</a></div>`;
  const content = groups.sources.length === 0 ? empty(t(noSource.title), t(noSource.lead), fork) : chosen;
  return page({
    title: t(texts.pageTitle, { repository: fullName(repository) }),
    place: repositoryPlace(request, "pull-requests"),
    hasProblems: isRefused,
    status: isRefused ? 422 : 200,
    main: html`<h1>${t(texts.title)}</h1><p class="lead">${t(texts.lead)}</p>${errorSummary(t, all)}${await describeParent(ports, request, branches)}${content}`,
  });
}

type Groups = { readonly sources: readonly BranchGroup[]; readonly destination: BranchGroup };

/** Sources are where the reader may write: here, and in forks. */
async function readGroups(
  ports: Ports,
  { repository, caller, held }: RepositoryPageRequest,
): Promise<Groups> {
  const destination = await readBranchGroup(ports, repository);
  const { values: forks } = await listRepositories(ports.database.kysely, {
    parentUuid: repository.uuid,
    viewer: viewerOf(caller),
    role: "contributor",
    page: 1,
    pagelen: FORKS_MAX,
  });
  const sources = permits(held, "write") ? [destination] : [];
  for (const fork of forks) sources.push(await readBranchGroup(ports, fork, FORK_BRANCHES_MAX));
  return { sources, destination };
}

function problemsOfPrepared(
  { t, repository }: RepositoryPageRequest,
  { source, destination }: Branches,
  prepared: PreparedFrom | undefined,
): readonly Problem[] {
  const { problems } = texts;
  const names = { source, destination };
  switch (prepared?.kind) {
    case undefined:
    case "possible":
    case "open":
      return [];
    case "no-source":
    case "no-fork":
      return [{ field: "source", message: t(problems.notAFork, { repository: source.split(":", 1)[0]! }) }];
    case "missing":
      return prepared.side === "destination"
        ? [{ field: "destination", message: t(problems.missingDestination, { branch: destination }) }]
        : [
            {
              field: "source",
              message: t(problems.missingSource, {
                branch: prepared.source?.branch ?? source,
                repository: fullName(prepared.source?.repository ?? repository),
              }),
            },
          ];
    case "nothing":
      return [{ field: "source", message: t(problems.nothing, names) }];
    case "unrelated":
      return [{ field: "source", message: t(problems.unrelated, names) }];
  }
}

function branchForm(
  request: RepositoryPageRequest,
  { source, destination }: Branches,
  groups: Groups,
  problems: readonly Problem[],
): Html {
  const { t, repository } = request;
  return html`<form method="get" action="${repositoryPath(repository, "pull-requests", "new")}">${branchField(
    request,
    {
      name: "source",
      label: t(texts.source),
      hint:
        groups.sources.length === 1 && groups.sources[0]!.repository.uuid === repository.uuid
          ? undefined
          : t(texts.sourceHint),
      problems,
      value: source,
      groups: groups.sources,
      home: repository,
    },
  )}${branchField(request, {
    name: "destination",
    label: t(texts.destination),
    problems,
    value: destination,
    groups: [groups.destination],
    home: repository,
  })}<div class="acts"><button>${t(texts.compare)}</button></div></form>`;
}

function describeOpen({ t, repository }: RepositoryPageRequest, prepared: PreparedFrom | undefined): Html {
  if (prepared?.kind !== "open") return NOTHING;
  const { id } = prepared;
  const link = html`<a href="${pullRequestPath(repository, id)}">#${String(id)}</a>`;
  return html`<p class="note after">${t(texts.open, { link })}</p>`;
}

/** From a fork one mostly asks its parent. */
async function describeParent(
  ports: Ports,
  { t, admission, repository }: RepositoryPageRequest,
  { source }: Branches,
): Promise<Html> {
  if (repository.parentUuid === undefined) return NOTHING;
  const parent = await findRepository(ports.database.kysely, undefined, { uuid: repository.parentUuid });
  if (parent === undefined || !(await admission.maySee(parent))) return NOTHING;
  const href = withQuery(repositoryPath(parent, "pull-requests", "new"), {
    source: source === "" ? undefined : `${fullName(repository)}:${source}`,
  });
  return html`<p class="note">${t(texts.intoParent, { parent: html`<code>${fullName(parent)}</code>` })} <a href="${href}">${t(texts.intoParentAct, { parent: html`<code>${fullName(parent)}</code>` })}</a></p>`;
}

type Possible = Extract<PreparedPullRequest, { readonly kind: "possible" }>;
type Source = { readonly repository: Repository; readonly branch: string };

async function describePossible(
  ports: Ports,
  request: RepositoryPageRequest,
  { source: sourceText, destination }: Branches,
  prepared: Possible,
  source: Source,
  sent: Sent | undefined,
  problems: readonly Problem[],
): Promise<Html> {
  const { t, csrf, account, repository } = request;
  const { model } = await getActiveModel(ports, repository);
  const choice = await readReviewerChoice(ports, repository, account!);
  const isOwn = source.repository.uuid === repository.uuid;
  const reviewers = reviewerFields(request, repository, choice, {
    ticked: sent?.reviewers.ticked,
    more: sent?.reviewers.more ?? "",
    problems,
  });
  return html`<div class="split right pr block"><aside aria-label="${t(texts.wouldBring)}">${describeCommits(request, prepared, source)}${await describeFiles(ports, request, destination, source)}</aside>
<form method="post" action="${repositoryPath(repository, "pull-requests", "new")}">${csrf}<input type="hidden" name="source" value="${sourceText}"><input type="hidden" name="destination" value="${destination}">${input(
    t,
    {
      name: "title",
      label: t(texts.titleField),
      problems,
      isLong: true,
      value: sent?.title ?? prepared.title,
      autocomplete: "off",
      more: html` dir="auto"`,
    },
  )}${textarea(t, {
    name: "description",
    label: t(texts.description),
    hint: t(texts.descriptionHint),
    problems,
    isLong: true,
    rows: 8,
    value: sent?.description ?? prepared.description,
    isOptional: true,
  })}${reviewers}<div class="field">${isOwn && checkbox({ name: "close", label: t(texts.closes) }, sent?.closes ?? model.deletesMergedBranches)}${checkbox(
    { name: "draft", label: t(texts.isDraft) },
    sent?.isDraft ?? false,
  )}</div><div class="acts"><button class="main">${t(texts.create)}</button></div></form></div>`;
}

function describeCommits({ t }: RepositoryPageRequest, prepared: Possible, { repository }: Source): Html {
  const shown = prepared.commits.slice(0, SHOWN_COMMITS_MAX);
  const isWhole = shown.length === prepared.commits.length && !prepared.hasMoreCommits;
  const head = isWhole ? t(texts.commits, { n: shown.length }) : t(texts.moreCommits, { n: shown.length });
  return html`<section class="rimmed" aria-labelledby="commits"><h2 id="commits">${head}</h2><ul class="flow">${shown.map(
    (commit) =>
      html`<li><a class="m small" href="${commitPath(repository, commit.id)}">${shortId(commit.id)}</a> <bdi>${visibleText(subjectOf(commit))}</bdi></li>`,
  )}</ul></section>`;
}

async function describeFiles(
  ports: Ports,
  { t, by, repository, takeSlot }: RepositoryPageRequest,
  destination: string,
  source: Source,
): Promise<Html> {
  const compared = await getComparedCommits(
    ports,
    repository,
    {
      source: { repository: source.repository, revision: `refs/heads/${source.branch}` },
      destination: { repository, revision: `refs/heads/${destination}` },
    },
    takeSlot,
  );
  const sides = await getDiffSides(ports, compared, true, by.signal);
  const changes = await listDiffChanges(ports, compared, sides, {
    paths: [],
    ignoresWhitespace: false,
    detectsRenames: true,
    signal: by.signal,
  });
  const shown = changes.slice(0, SHOWN_FILES_MAX);
  return html`<section class="rimmed" aria-labelledby="files"><h2 id="files">${t(texts.files, { n: changes.length })}</h2><ul class="flow">${shown.map(
    (change) =>
      html`<li><bdi class="m small">${visibleText(bytesToText("newPath" in change ? change.newPath : change.oldPath))}</bdi> <span class="dim small">${t(texts.fileStatus[change.status])}</span> <span class="num small"><span class="ok">+${change.linesAdded}</span> <span class="bad">−${change.linesRemoved}</span></span></li>`,
  )}</ul>${changes.length > shown.length && html`<p class="dim">${t(texts.moreFiles, { n: changes.length - shown.length })}</p>`}</section>`;
}
