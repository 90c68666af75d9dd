import { Failure } from "../../model/failure.ts";
import { fullName } from "../../model/repository.ts";
import { parseWorkspaceSlug, slugifyRepositoryName } from "../../model/slug.ts";
import { viewerOf } from "../../model/who-acts.ts";
import type { Workspace } from "../../model/workspace.ts";
import { getProject } from "../../operations/projects/get-project.ts";
import { forkRepository } from "../../operations/repositories/fork-repository.ts";
import type { Ports } from "../../ports.ts";
import { findWorkspace, listWorkspacesOf } from "../../storage/sql/workspaces/workspaces.ts";
import { createTexts } from "../catalogue/create.ts";
import { formText, isTicked } from "../forms/form-text.ts";
import { problemsOf } from "../forms/problems-of.ts";
import { type Html, html } from "../html.ts";
import { empty } from "../layout/empty.ts";
import { checkbox, errorSummary, input, type Problem, select } from "../layout/form.ts";
import { repositoryPlace } from "../layout/place.ts";
import { repositoryPath } from "../links.ts";
import { type PageAnswer, page, type RepositoryPage, type RepositoryPageRequest, redirect } from "../page.ts";
import { flash } from "../pipeline/flash.ts";
import type { Entry } from "../translate.ts";

const texts = createTexts.fork;
const WORKSPACES_MAX = 200;

type Values = { readonly workspace: string; readonly name: string; readonly isPrivate: boolean };

/** Forks a repository into a workspace in which the caller may create some. */
export const forkPage: RepositoryPage = {
  path: "/{workspace}/{repo_slug}/fork",
  subject: "repository",
  permission: "read",
  access: "account",
  get(ports, request) {
    const { name, isPrivate } = request.repository;
    return describe(ports, request, { workspace: "", name, isPrivate });
  },
  async post(ports, request) {
    const { form, t, repository, by, admission } = request;
    const values = {
      workspace: formText(form, "workspace"),
      name: formText(form, "name"),
      isPrivate: isTicked(form, "private"),
    };
    const refuse = (field: string, entry: Entry) =>
      describe(ports, request, values, [{ field, message: t(entry) }]);
    const slug = slugifyRepositoryName(values.name);
    if (slug === undefined) return refuse("name", createTexts.noSlug);
    try {
      const named = parseWorkspaceSlug(values.workspace);
      const found = named && (await findWorkspace(ports.database.kysely, { slug: named }));
      const workspace = await admission.admitToWorkspace(found, values.workspace, "create-repository");
      const project = await getProject(ports, workspace, undefined);
      await admission.admitToTargetProject(project);
      const { name, isPrivate } = values;
      const fork = await forkRepository(ports, by, repository, { workspace, project, slug, name, isPrivate });
      return redirect(repositoryPath(fork), flash(texts.done, { name: fullName(fork) }));
    } catch (error) {
      if (error instanceof Failure && error.kind === "hidden") return refuse("workspace", texts.noWorkspace);
      const controls = { name: "name", is_private: "private" };
      return describe(ports, request, values, problemsOf(error, controls, "workspace"));
    }
  },
};

async function describe(
  { database }: Ports,
  request: RepositoryPageRequest,
  values: Values,
  problems: readonly Problem[] = [],
): Promise<PageAnswer> {
  const { t, csrf, caller, repository } = request;
  const title = t(texts.title, { name: html`<span class="m">${fullName(repository)}</span>` });
  const around = (main: Html) =>
    page({
      title,
      place: repositoryPlace(request, "forks"),
      hasProblems: problems.length > 0,
      ...(problems.length > 0 ? { status: 422 } : {}),
      main: html`<h1>${title}</h1>${main}`,
    });
  if (repository.forkPolicy === "no_forks")
    return around(empty(t(texts.refused.title), t(texts.refused.text)));
  const listed = await listWorkspacesOf(database.kysely, viewerOf(caller), {
    page: 1,
    pagelen: WORKSPACES_MAX,
  });
  const workspaces: readonly Workspace[] = listed.values.map(({ workspace }) => workspace);
  if (workspaces.length === 0) return around(empty(t(texts.nowhere.title), t(texts.nowhere.text)));
  const options = workspaces.map(({ slug, name }) => ({ value: slug, label: html`${name} (${slug})` }));
  return around(html`${errorSummary(t, problems)}<p class="lead">${t(texts.lead)}</p>
<form method="post">${csrf}${select(t, { name: "workspace", label: t(texts.workspace), problems, value: values.workspace, options })}
${input(t, { name: "name", label: t(createTexts.name), problems, value: values.name, autocomplete: "off" })}
<div class="field">${checkbox({ name: "private", label: t(createTexts.isPrivate), hint: t(texts.privateHint) }, values.isPrivate)}</div>
<div class="acts"><button class="main">${t(texts.submit)}</button></div></form>`);
}
