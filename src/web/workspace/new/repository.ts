import { parseBranchName } from "../../../model/ref-name.ts";
import { slugifyRepositoryName } from "../../../model/slug.ts";
import { createRepository } from "../../../operations/repositories/repositories.ts";
import type { Ports } from "../../../ports.ts";
import { createTexts } from "../../catalogue/create.ts";
import { formText, isTicked } from "../../forms/form-text.ts";
import { problemsOf } from "../../forms/problems-of.ts";
import { html } from "../../html.ts";
import { checkbox, errorSummary, input, type Problem, textarea } from "../../layout/form.ts";
import { workspacePlace } from "../../layout/place.ts";
import { projectSelect, readTargetProject } from "../../layout/project-select.ts";
import { repositoryPath, workspacePath } from "../../links.ts";
import {
  type PageAnswer,
  page,
  redirect,
  type WorkspacePage,
  type WorkspacePageRequest,
} from "../../page.ts";
import { flash } from "../../pipeline/flash.ts";

const texts = createTexts.newRepository;
const NAME_LENGTH_MAX = 255;

type Values = {
  readonly name: string;
  readonly description: string;
  readonly projectUuid: string;
  readonly mainBranch: string;
  readonly isPrivate: boolean;
};

/** Creates an empty repository. */
export const newRepositoryPage: WorkspacePage = {
  path: "/{workspace}/workspace/new/repository",
  subject: "workspace",
  permission: "create-repository",
  get: (ports, request) =>
    describe(ports, request, {
      name: "",
      description: "",
      projectUuid: request.query.get("project") ?? "",
      mainBranch: "",
      isPrivate: true,
    }),
  async post(ports, request) {
    const { form, by, t, workspace } = request;
    const values = {
      name: formText(form, "name"),
      description: formText(form, "description"),
      projectUuid: formText(form, "project"),
      mainBranch: formText(form, "main-branch"),
      isPrivate: isTicked(form, "private"),
    };
    const problems: Problem[] = [];
    const slug = slugifyRepositoryName(values.name);
    if (values.name === "") problems.push({ field: "name", message: t(createTexts.enterName) });
    else if (values.name.length > NAME_LENGTH_MAX || slug === undefined)
      problems.push({ field: "name", message: t(createTexts.noSlug) });
    const mainBranch = values.mainBranch === "" ? undefined : parseBranchName(values.mainBranch);
    if (values.mainBranch !== "" && mainBranch === undefined)
      problems.push({ field: "main-branch", message: t(createTexts.notABranchName) });
    const project = await readTargetProject(ports, request, values.projectUuid);
    if ("problem" in project) problems.push({ field: "project", message: t(project.problem) });
    if (problems.length > 0 || slug === undefined || "problem" in project)
      return describe(ports, request, values, problems);
    const { name, description, isPrivate } = values;
    const wanted = { workspace, project, slug, name, description, isPrivate };
    try {
      const created = await createRepository(ports, by, {
        ...wanted,
        ...(mainBranch === undefined ? {} : { mainBranch }),
      });
      return redirect(repositoryPath(created), flash(texts.done, { name: created.name }));
    } catch (error) {
      const found = problemsOf(error, { name: "name" }, "name");
      const isTaken = found.some(({ field }) => field === "name");
      return describe(ports, request, values, isTaken ? [{ field: "name", message: t(texts.taken) }] : found);
    }
  },
};

async function describe(
  ports: Ports,
  request: WorkspacePageRequest,
  values: Values,
  problems: readonly Problem[] = [],
): Promise<PageAnswer> {
  const { t, csrf, workspace } = request;
  const importPath = workspacePath(workspace, "new/import");
  return page({
    title: html`${t(texts.title)} · ${workspace.slug}`,
    place: workspacePlace(request, "repositories"),
    hasProblems: problems.length > 0,
    ...(problems.length > 0 ? { status: 422 } : {}),
    main: html`<div class="head"><h1>${t(texts.title)}</h1><a class="btn" href="${importPath}">${t(texts.importInstead)}</a></div>${errorSummary(t, problems)}
<form method="post">${csrf}
${input(t, { name: "name", label: t(createTexts.name), hint: t(texts.nameHint), problems, value: values.name, autocomplete: "off" })}
${await projectSelect(ports, request, values.projectUuid, problems)}
${textarea(t, { name: "description", label: t(createTexts.description), hint: t(createTexts.optional), problems, value: values.description, rows: 3, isOptional: true })}
${input(t, { name: "main-branch", label: t(createTexts.mainBranch), hint: t(createTexts.mainBranchHint), problems, value: values.mainBranch, autocomplete: "off", isOptional: true })}
<div class="field">${checkbox({ name: "private", label: t(createTexts.isPrivate), hint: t(createTexts.repositoryPrivateHint) }, values.isPrivate)}</div>
<div class="acts"><button class="main">${t(texts.submit)}</button></div></form>`,
  });
}
