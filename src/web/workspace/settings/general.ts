import { Failure } from "../../../model/failure.ts";
import { changeWorkspace } from "../../../operations/workspaces/workspaces.ts";
import { workspacePeopleTexts } from "../../catalogue/workspace-people.ts";
import { formText, isTicked } from "../../forms/form-text.ts";
import { html } from "../../html.ts";
import { checkbox, errorSummary, input, type Problem } from "../../layout/form.ts";
import { workspacePlace } from "../../layout/place.ts";
import { workspacePath } from "../../links.ts";
import { page, redirect, type WorkspacePage, type WorkspacePageRequest } from "../../page.ts";
import { flash } from "../../pipeline/flash.ts";
import { withWorkspaceSide } from "./with-workspace-side.ts";

const texts = workspacePeopleTexts.general;
const TEXT_LENGTH_MAX = 1_000;

/** Name and visibility of a workspace. */
export const generalPage: WorkspacePage = {
  path: "/{workspace}/workspace/settings/general",
  subject: "workspace",
  permission: "own",
  async get(_ports, request) {
    return show(request, request.workspace, []);
  },
  async post(ports, request) {
    const { workspace, form, by, t } = request;
    const wanted = { name: formText(form, "name", TEXT_LENGTH_MAX), isPrivate: isTicked(form, "private") };
    try {
      await changeWorkspace(ports, by, workspace, wanted);
    } catch (error) {
      if (!(error instanceof Failure) || error.kind !== "invalid-input") throw error;
      return show(request, wanted, [{ field: "name", message: t(texts.wrongName) }]);
    }
    return redirect(workspacePath(workspace, "settings/general"), flash(texts.saved));
  },
};

function show(
  request: WorkspacePageRequest,
  entered: { readonly name: string; readonly isPrivate: boolean },
  problems: readonly Problem[],
) {
  const { t, workspace, csrf } = request;
  return page({
    title: html`${t(texts.title)} · ${workspace.slug}`,
    place: workspacePlace(request, "settings"),
    hasProblems: problems.length > 0,
    status: problems.length > 0 ? 422 : 200,
    main: withWorkspaceSide(
      request,
      html`<h1>${t(texts.title)}</h1>${errorSummary(t, problems)}
<form method="post">${csrf}
${input(t, { name: "name", label: t(texts.name), problems, value: entered.name, autocomplete: "off" })}
<div class="field"><b>${t(texts.slug)}</b> <span class="hint">${t(texts.slugHint)}</span><p class="m">${workspace.slug}</p></div>
<div class="field">${checkbox({ name: "private", label: t(texts.private), hint: t(texts.privateHint) }, entered.isPrivate)}</div>
<p class="acts"><button class="main">${t(texts.save)}</button></p></form>`,
    ),
  });
}
