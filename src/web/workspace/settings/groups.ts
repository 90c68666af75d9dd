import { Failure } from "../../../model/failure.ts";
import { createGroup } from "../../../operations/groups/groups.ts";
import type { Ports } from "../../../ports.ts";
import { listGroups } from "../../../storage/sql/groups/groups.ts";
import { countGroupMembers } from "../../../storage/sql/workspaces/people.ts";
import { workspacePeopleTexts } from "../../catalogue/workspace-people.ts";
import { formText } from "../../forms/form-text.ts";
import { html } from "../../html.ts";
import { empty } from "../../layout/empty.ts";
import { errorSummary, input, type Problem } from "../../layout/form.ts";
import { ledger } from "../../layout/ledger.ts";
import { workspacePlace } from "../../layout/place.ts";
import { workspacePath } from "../../links.ts";
import { page, redirect, type WorkspacePage, type WorkspacePageRequest } from "../../page.ts";
import { flash } from "../../pipeline/flash.ts";
import { withWorkspaceSide } from "./with-workspace-side.ts";

const { groups: texts, group: groupTexts } = workspacePeopleTexts;
const TEXT_LENGTH_MAX = 1_000;

/** The groups of a workspace, and one more. */
export const groupsPage: WorkspacePage = {
  path: "/{workspace}/workspace/settings/groups",
  subject: "workspace",
  permission: "own",
  isStepUp: "post",
  async get(ports, request) {
    return show(ports, request, "", []);
  },
  async post(ports, request) {
    const { workspace, form, by, t } = request;
    const name = formText(form, "name", TEXT_LENGTH_MAX);
    try {
      const group = await createGroup(ports, by, workspace, name);
      return redirect(
        workspacePath(workspace, "settings/groups", group.slug),
        flash(texts.created, { name }),
      );
    } catch (error) {
      if (!(error instanceof Failure) || (error.kind !== "invalid-input" && error.kind !== "conflict"))
        throw error;
      const { name: wrong, taken } = texts.problems;
      const message = t(error.kind === "conflict" ? taken : wrong);
      return show(ports, request, name, [{ field: "name", message }]);
    }
  },
};

async function show(
  { database }: Pick<Ports, "database">,
  request: WorkspacePageRequest,
  entered: string,
  problems: readonly Problem[],
) {
  const { t, workspace, csrf } = request;
  const groups = await listGroups(database.kysely, workspace.uuid);
  const sizes = await countGroupMembers(database.kysely, workspace.uuid);
  const rows = groups.map((group) => [
    html`<a href="${workspacePath(workspace, "settings/groups", group.slug)}"><bdi>${group.name}</bdi></a><span class="sub m">${group.slug}</span>`,
    t(texts.members, { n: sizes.get(group.uuid) ?? 0 }),
  ]);
  return page({
    title: html`${t(texts.title)} · ${workspace.slug}`,
    place: workspacePlace(request, "settings"),
    hasProblems: problems.length > 0,
    status: problems.length > 0 ? 422 : 200,
    main: withWorkspaceSide(
      request,
      html`<h1>${t(texts.title)}</h1>${errorSummary(t, problems)}<p class="lead">${t(texts.lead)}</p>
<div class="flow">${rows.length === 0 ? empty(t(texts.none)) : ledger([{ label: t(texts.name) }, { label: t(groupTexts.members), isEnd: true }], rows)}
<form method="post">${csrf}${input(t, { name: "name", label: t(texts.name), problems, value: entered, autocomplete: "off" })}<p class="acts"><button class="main">${t(texts.create)}</button></p></form></div>`,
    ),
  });
}
