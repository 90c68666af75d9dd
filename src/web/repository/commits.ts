import { Failure } from "../../model/failure.ts";
import { BRANCH_PREFIX, parseRefName, TAG_PREFIX } from "../../model/ref-name.ts";
import type { Repository } from "../../model/repository.ts";
import { getCommit } from "../../operations/commits/commits.ts";
import type { Ports } from "../../ports.ts";
import { findRef } from "../../storage/sql/refs/refs.ts";
import { commitTexts } from "../catalogue/commits.ts";
import { current, type Html, html, NOTHING } from "../html.ts";
import { errorSummary, input, type Problem } from "../layout/form.ts";
import { repositoryPlace } from "../layout/place.ts";
import { commitPath, pathPart, repositoryPath } from "../links.ts";
import { page, type RepositoryPage, type RepositoryPageRequest, redirect } from "../page.ts";
import { showCommits } from "./commits/show-commits.ts";

const NAME_LENGTH_MAX = 1024;

/** The commits of all branches and tags. `?at=` leads to those of one. */
export const commitsPage: RepositoryPage = {
  path: "/{workspace}/{repo_slug}/commits",
  subject: "repository",
  permission: "read",
  async get(ports, request) {
    const { t, query, repository } = request;
    const at = (query.get("at") ?? "").trim().slice(0, NAME_LENGTH_MAX);
    const found = at === "" ? undefined : await findPath(ports, repository, at);
    if (found !== undefined) return redirect(found);
    const problems: Problem[] =
      at === "" ? [] : [{ field: "at", message: t(commitTexts.notThere, { name: html`<bdi>${at}</bdi>` }) }];
    return page({
      title: html`${t(commitTexts.title)} · ${repository.workspace.slug}/${repository.slug}`,
      place: repositoryPlace(request, "commits"),
      hasProblems: problems.length > 0,
      status: problems.length > 0 ? 422 : 200,
      main: html`<h1>${t(commitTexts.title)}</h1>${errorSummary(t, problems)}<p class="lead">${t(commitTexts.onAll)}</p>
${commitChoice(request, { shown: "all", at, problems })}${await showCommits(ports, request, [])}`,
    });
  },
};

/** The page of what a name means: a branch before a tag, as everywhere. */
async function findPath(ports: Ports, repository: Repository, name: string): Promise<string | undefined> {
  for (const [prefix, folder] of [
    [BRANCH_PREFIX, "branch"],
    [TAG_PREFIX, "tag"],
  ] as const) {
    const refName = parseRefName(prefix + name);
    const ref = refName && (await findRef(ports.database.kysely, repository.uuid, refName));
    if (ref !== undefined) return repositoryPath(repository, "commits", folder, pathPart(name));
  }
  try {
    return commitPath(repository, (await getCommit(ports, repository, name)).id);
  } catch (error) {
    if (error instanceof Failure && (error.kind === "not-found" || error.kind === "invalid-input"))
      return undefined;
    throw error;
  }
}

type CommitChoice = {
  /** The name of a branch. */
  readonly shown?: "all" | { readonly branch: string };
  readonly at?: string;
  readonly problems?: readonly Problem[];
};

/** Which commits are shown: all, those of the main branch, or those of a name that is typed. */
export function commitChoice(
  { t, repository }: RepositoryPageRequest,
  { at = "", problems = [], shown }: CommitChoice,
): Html {
  const all = repositoryPath(repository, "commits");
  const { mainBranch } = repository;
  const main =
    mainBranch === undefined
      ? NOTHING
      : html`<a class="m" href="${repositoryPath(repository, "commits", "branch", pathPart(mainBranch))}"${current(typeof shown === "object" && shown.branch === mainBranch)}>${mainBranch}</a>`;
  const name = input(t, {
    name: "at",
    label: t(commitTexts.choose),
    hint: t(commitTexts.chooseHint),
    problems,
    value: at,
    autocomplete: "off",
    isOptional: true,
  });
  return html`<nav class="counts" aria-label="${t(commitTexts.shown)}"><a href="${all}"${current(shown === "all")}>${t(commitTexts.all)}</a>${main}</nav><form class="filters" method="get" action="${all}"><div class="grow">${name}</div><button>${t(commitTexts.go)}</button></form>`;
}
