import { changeProject, deleteProject } from "../../../operations/projects/projects.ts";
import { createTexts } from "../../catalogue/create.ts";
import { projectTexts } from "../../catalogue/projects.ts";
import { formText, isTicked } from "../../forms/form-text.ts";
import { problemsOf } from "../../forms/problems-of.ts";
import { html } from "../../html.ts";
import { checkbox, errorSummary, input, type Problem, textarea } from "../../layout/form.ts";
import { workspacePlace } from "../../layout/place.ts";
import { projectSettings } from "../../layout/project-settings.ts";
import { projectPath, workspacePath } from "../../links.ts";
import { type PageAnswer, type ProjectPage, type ProjectPageRequest, page, redirect } from "../../page.ts";
import { flash } from "../../pipeline/flash.ts";

const texts = projectTexts;
const NAME_LENGTH_MAX = 255;

type Values = { readonly name: string; readonly description: string; readonly isPrivate: boolean };

/** What a project is called, who sees it, and its deletion. */
export const projectSettingsPage: ProjectPage = {
  path: "/{workspace}/workspace/projects/{project_key}/settings",
  subject: "project",
  permission: "admin",
  get: async (_ports, request) => describe(request, request.project),
  async post(ports, request) {
    const { form, t, by, workspace, project } = request;
    if (form.get("act") === "delete") {
      try {
        await deleteProject(ports, by, project);
      } catch (error) {
        problemsOf(error, {}, "delete");
        return describe(request, project, [{ field: "delete", message: t(texts.delete.notEmpty) }]);
      }
      const done = flash(texts.delete.done, { name: project.name });
      return redirect(workspacePath(workspace, "projects"), done);
    }
    const values = {
      name: formText(form, "name"),
      description: formText(form, "description"),
      isPrivate: isTicked(form, "private"),
    };
    if (values.name === "")
      return describe(request, values, [{ field: "name", message: t(createTexts.enterName) }]);
    if (values.name.length > NAME_LENGTH_MAX) {
      const message = t(createTexts.nameLength, { n: NAME_LENGTH_MAX });
      return describe(request, values, [{ field: "name", message }]);
    }
    await changeProject(ports, by, workspace, project, values);
    return redirect(`${projectPath(workspace, project)}/settings`, flash(texts.saved));
  },
};

function describe(
  request: ProjectPageRequest,
  values: Values,
  problems: readonly Problem[] = [],
): PageAnswer {
  const { t, csrf, workspace, project } = request;
  const privateBox = checkbox(
    { name: "private", label: t(createTexts.isPrivate), hint: t(createTexts.newProject.privateHint) },
    values.isPrivate,
  );
  return page({
    title: html`${t(texts.general)} · ${project.name} · ${workspace.slug}`,
    place: workspacePlace(request, "projects"),
    hasProblems: problems.length > 0,
    ...(problems.length > 0 ? { status: 422 } : {}),
    main: projectSettings(
      request,
      html`<h1><bdi>${project.name}</bdi></h1>${errorSummary(t, problems)}
<div class="flow"><form method="post">${csrf}${input(t, { name: "name", label: t(createTexts.name), problems, value: values.name, autocomplete: "off" })}
${textarea(t, { name: "description", label: t(createTexts.description), hint: t(createTexts.optional), problems, value: values.description, rows: 3, isOptional: true })}
<div class="field">${privateBox}</div><div class="acts"><button class="main">${t(texts.save)}</button></div></form>
<section class="block" aria-labelledby="delete"><h2 id="delete" tabindex="-1">${t(texts.delete.title)}</h2><p class="after">${t(texts.delete.text)}</p><form method="post">${csrf}<button class="danger" name="act" value="delete">${t(texts.delete.submit)}</button></form></section></div>`,
    ),
  });
}
