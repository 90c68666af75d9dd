import { type ProjectKey, parseProjectKey } from "../../../model/slug.ts";
import { createProject } from "../../../operations/projects/projects.ts";
import { createTexts } from "../../catalogue/create.ts";
import { formText, isTicked } from "../../forms/form-text.ts";
import { problemsOf } from "../../forms/problems-of.ts";
import { html } from "../../html.ts";
import { checkbox, errorSummary, input, type Problem, textarea } from "../../layout/form.ts";
import { workspacePlace } from "../../layout/place.ts";
import { projectPath } from "../../links.ts";
import {
  type PageAnswer,
  page,
  redirect,
  type WorkspacePage,
  type WorkspacePageRequest,
} from "../../page.ts";
import { flash } from "../../pipeline/flash.ts";

const texts = createTexts.newProject;
const NAME_LENGTH_MAX = 255;

type Values = {
  readonly key: string;
  readonly name: string;
  readonly description: string;
  readonly isPrivate: boolean;
};

/** Creates a project in a workspace. */
export const newProjectPage: WorkspacePage = {
  path: "/{workspace}/workspace/new/project",
  subject: "workspace",
  permission: "own",
  get: async (_ports, request) => describe(request, { key: "", name: "", description: "", isPrivate: true }),
  async post(ports, request) {
    const { form, by, t, workspace } = request;
    const values = {
      key: formText(form, "key"),
      name: formText(form, "name"),
      description: formText(form, "description"),
      isPrivate: isTicked(form, "private"),
    };
    const key: ProjectKey | undefined = parseProjectKey(values.key);
    const problems: Problem[] = [];
    if (values.name === "") problems.push({ field: "name", message: t(createTexts.enterName) });
    if (values.name.length > NAME_LENGTH_MAX)
      problems.push({ field: "name", message: t(createTexts.nameLength, { n: NAME_LENGTH_MAX }) });
    if (key === undefined) problems.push({ field: "key", message: t(texts.keyWrong) });
    if (problems.length > 0 || key === undefined) return describe(request, values, problems);
    try {
      const project = await createProject(ports, by, workspace, { ...values, key });
      return redirect(projectPath(workspace, project), flash(texts.done, { name: project.name }));
    } catch (error) {
      problemsOf(error, { key: "key" }, "key");
      return describe(request, values, [{ field: "key", message: t(texts.keyTaken) }]);
    }
  },
};

function describe(
  request: WorkspacePageRequest,
  values: Values,
  problems: readonly Problem[] = [],
): PageAnswer {
  const { t, csrf, workspace } = request;
  return page({
    title: html`${t(texts.title)} · ${workspace.slug}`,
    place: workspacePlace(request, "projects"),
    hasProblems: problems.length > 0,
    ...(problems.length > 0 ? { status: 422 } : {}),
    main: html`<h1>${t(texts.title)}</h1>${errorSummary(t, problems)}<p class="lead">${t(texts.lead)}</p>
<form method="post">${csrf}
${input(t, { name: "name", label: t(createTexts.name), problems, value: values.name, autocomplete: "off" })}
${input(t, { name: "key", label: t(texts.key), hint: t(texts.keyHint), problems, value: values.key, autocomplete: "off" })}
${textarea(t, { name: "description", label: t(createTexts.description), hint: t(createTexts.optional), problems, value: values.description, rows: 3, isOptional: true })}
<div class="field">${checkbox({ name: "private", label: t(createTexts.isPrivate), hint: t(texts.privateHint) }, values.isPrivate)}</div>
<div class="acts"><button class="main">${t(texts.submit)}</button></div></form>`,
  });
}
