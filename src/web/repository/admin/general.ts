import { parseBranchName } from "../../../model/ref-name.ts";
import { FORK_POLICIES, fullName, type Repository } from "../../../model/repository.ts";
import { slugifyRepositoryName } from "../../../model/slug.ts";
import { changeRepository } from "../../../operations/repositories/repositories.ts";
import type { Ports } from "../../../ports.ts";
import { listRefsByPrefix } from "../../../storage/sql/refs/refs.ts";
import { createTexts } from "../../catalogue/create.ts";
import { repositorySettingsTexts } from "../../catalogue/repository-settings.ts";
import { formText, isTicked } from "../../forms/form-text.ts";
import { problemsOf } from "../../forms/problems-of.ts";
import { html } from "../../html.ts";
import { checkbox, errorSummary, input, type Problem, select, textarea } from "../../layout/form.ts";
import { repositoryPlace } from "../../layout/place.ts";
import { projectSelect, readTargetProject } from "../../layout/project-select.ts";
import { repositorySettings } from "../../layout/repository-settings.ts";
import { repositoryPath } from "../../links.ts";
import {
  type PageAnswer,
  page,
  type RepositoryPage,
  type RepositoryPageRequest,
  redirect,
} from "../../page.ts";
import { flash } from "../../pipeline/flash.ts";

const texts = repositorySettingsTexts.general;
const NAME_LENGTH_MAX = 255;
/** Of a select. The main branch itself is always among them. */
const BRANCHES_MAX = 500;
const BRANCH_PREFIX = "refs/heads/";

type Values = Pick<Repository, "name" | "description" | "isPrivate" | "forkPolicy"> & {
  readonly projectUuid: string;
  readonly mainBranch: string;
};

/** What a repository is called, who sees it, and its deletion. */
export const repositoryGeneralPage: RepositoryPage = {
  path: "/{workspace}/{repo_slug}/admin",
  subject: "repository",
  permission: "admin",
  get(ports, request) {
    const { repository } = request;
    const { project, mainBranch = "" } = repository;
    return describe(ports, request, { ...repository, projectUuid: project.uuid, mainBranch });
  },
  async post(ports, request) {
    const { form, t, repository, by } = request;
    const values: Values = {
      name: formText(form, "name"),
      description: formText(form, "description"),
      isPrivate: isTicked(form, "private"),
      forkPolicy: FORK_POLICIES.find((each) => each === form.get("fork-policy")) ?? repository.forkPolicy,
      projectUuid: formText(form, "project"),
      mainBranch: formText(form, "main-branch"),
    };
    const problems: Problem[] = [];
    if (values.name === "") problems.push({ field: "name", message: t(createTexts.enterName) });
    else if (values.name.length > NAME_LENGTH_MAX || slugifyRepositoryName(values.name) === undefined)
      problems.push({ field: "name", message: t(createTexts.noSlug) });
    const mainBranch = values.mainBranch === "" ? undefined : parseBranchName(values.mainBranch);
    if (values.mainBranch !== "" && mainBranch === undefined)
      problems.push({ field: "main-branch", message: t(createTexts.notABranchName) });
    const isMoved = values.projectUuid !== repository.project.uuid;
    const inWorkspace = { ...request, workspace: repository.workspace };
    const project = isMoved
      ? await readTargetProject(ports, inWorkspace, values.projectUuid)
      : repository.project;
    if ("problem" in project) problems.push({ field: "project", message: t(project.problem) });
    if (problems.length > 0 || "problem" in project) return describe(ports, request, values, problems);
    try {
      const { name, description, isPrivate, forkPolicy } = values;
      const changed = await changeRepository(ports, by, repository, {
        ...(name === repository.name ? {} : { name }),
        description,
        isPrivate,
        forkPolicy,
        ...(isMoved ? { project } : {}),
        ...(mainBranch === undefined ? {} : { mainBranch }),
      });
      return redirect(repositoryPath(changed, "admin"), flash(texts.saved));
    } catch (error) {
      const controls = { name: "name", is_private: "private", "mainbranch.name": "main-branch" };
      return describe(ports, request, values, problemsOf(error, controls, "name"));
    }
  },
};

async function describe(
  ports: Ports,
  request: RepositoryPageRequest,
  values: Values,
  problems: readonly Problem[] = [],
): Promise<PageAnswer> {
  const { t, csrf, repository } = request;
  const inWorkspace = { ...request, workspace: repository.workspace };
  const privateProblem = problems.find(({ field }) => field === "private");
  return page({
    title: html`${t(texts.title)} · ${fullName(repository)}`,
    place: repositoryPlace(request, "settings"),
    hasProblems: problems.length > 0,
    ...(problems.length > 0 ? { status: 422 } : {}),
    main: repositorySettings(
      request,
      html`<h1>${t(texts.title)}</h1>${errorSummary(t, problems)}
<div class="flow"><form method="post">${csrf}
${input(t, { name: "name", label: t(createTexts.name), hint: t(texts.slugHint), problems, value: values.name, autocomplete: "off" })}
${textarea(t, { name: "description", label: t(createTexts.description), hint: t(createTexts.optional), problems, value: values.description, rows: 3, isOptional: true })}
${await projectSelect(ports, inWorkspace, values.projectUuid, problems)}
${await branchSelect(ports, request, values.mainBranch, problems)}
${select(t, { name: "fork-policy", label: t(texts.forkPolicy), problems, value: values.forkPolicy, options: FORK_POLICIES.map((policy) => ({ value: policy, label: t(texts.policies[policy]) })) })}
<div class="field${privateProblem === undefined ? "" : " wrong"}">${privateProblem && html`<p class="wrong-text" lang="en">${privateProblem.message}</p>`}${checkbox({ name: "private", label: t(createTexts.isPrivate), hint: t(createTexts.repositoryPrivateHint) }, values.isPrivate)}</div>
<div class="acts"><button class="main">${t(texts.save)}</button></div></form>
<section class="block" aria-labelledby="delete"><h2 id="delete">${t(texts.delete.title)}</h2><p class="after">${t(texts.delete.lead)}</p><a class="btn danger" href="${repositoryPath(repository, "admin", "delete")}">${t(texts.delete.open)}</a></section></div>`,
    ),
  });
}

/** The branches to choose the main one from. Without a branch there is nothing to choose. */
async function branchSelect(
  { database }: Ports,
  { t, repository }: RepositoryPageRequest,
  chosen: string,
  problems: readonly Problem[],
) {
  const refs = await listRefsByPrefix(database.kysely, repository.uuid, [BRANCH_PREFIX]);
  const names = refs.map(({ name }) => name.slice(BRANCH_PREFIX.length));
  if (names.length === 0) return undefined;
  const offered = names.slice(0, BRANCHES_MAX);
  const options = [...new Set([...(chosen === "" ? [] : [chosen]), ...offered])];
  const hint = html`${t(texts.mainBranchHint)}${names.length > BRANCHES_MAX && html` ${t(texts.moreBranches, { n: BRANCHES_MAX })}`}`;
  return select(t, {
    name: "main-branch",
    label: t(createTexts.mainBranch),
    hint,
    problems,
    value: chosen,
    options: options.map((name) => ({ value: name, label: name })),
  });
}
