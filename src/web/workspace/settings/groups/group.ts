import { Failure } from "../../../../model/failure.ts";
import type { Group } from "../../../../model/group.ts";
import {
  addGroupMember,
  deleteGroup,
  getGroup,
  removeGroupMember,
} from "../../../../operations/groups/groups.ts";
import type { Ports } from "../../../../ports.ts";
import { findAccountByUsername } from "../../../../storage/sql/accounts/accounts.ts";
import { listGroupMembers } from "../../../../storage/sql/groups/groups.ts";
import { findMember } from "../../../../storage/sql/workspaces/members.ts";
import { type GroupGrant, listGrantsOfGroup } from "../../../../storage/sql/workspaces/people.ts";
import { workspacePeopleTexts } from "../../../catalogue/workspace-people.ts";
import { formText } from "../../../forms/form-text.ts";
import { type Html, html } from "../../../html.ts";
import { empty } from "../../../layout/empty.ts";
import { errorSummary, input, type Problem } from "../../../layout/form.ts";
import { ledger } from "../../../layout/ledger.ts";
import { workspacePlace } from "../../../layout/place.ts";
import { pathPart, workspacePath } from "../../../links.ts";
import { page, redirect, type WorkspacePage, type WorkspacePageRequest } from "../../../page.ts";
import { flash } from "../../../pipeline/flash.ts";
import { withWorkspaceSide } from "../with-workspace-side.ts";

const { group: texts, members: memberTexts, permissions } = workspacePeopleTexts;
const GRANTS_MAX = 500;
const TEXT_LENGTH_MAX = 200;

/** Who is in a group, and what it permits them. */
export const groupPage: WorkspacePage = {
  path: "/{workspace}/workspace/settings/groups/{group}",
  subject: "workspace",
  permission: "own",
  isStepUp: "post",
  async get(ports, request) {
    const group = await getGroup(ports, request.workspace, request.params.group ?? "");
    return show(ports, request, group, "", []);
  },
  async post(ports, request) {
    const { workspace, form, by, t, params } = request;
    const group = await getGroup(ports, workspace, params.group ?? "");
    if (form.get("action") === "delete") {
      await deleteGroup(by, group);
      const told = flash(texts.deleted, { name: group.name });
      return redirect(workspacePath(workspace, "settings/groups"), told);
    }
    const here = workspacePath(workspace, "settings/groups", group.slug);
    const username = formText(form, "username", TEXT_LENGTH_MAX);
    const account = await findAccountByUsername(ports.database.kysely, username);
    const member = account && (await findMember(ports.database.kysely, workspace.uuid, account.uuid));
    if (account === undefined || member === undefined)
      return show(ports, request, group, username, [{ field: "username", message: t(texts.noMember) }]);
    if (form.get("action") === "remove") {
      await removeGroupMember(by, group, account);
      return redirect(here, flash(texts.removed, { name: account.displayName }));
    }
    if (form.get("action") !== "add") throw new Failure("invalid-input", "action: not one that is offered");
    await addGroupMember(by, workspace, group, account);
    return redirect(here, flash(texts.added, { name: account.displayName }));
  },
};

async function show(
  { database }: Pick<Ports, "database">,
  request: WorkspacePageRequest,
  group: Group,
  entered: string,
  problems: readonly Problem[],
) {
  const { t, workspace, csrf } = request;
  const accounts = await listGroupMembers(database.kysely, group.uuid);
  const grants = await listGrantsOfGroup(database.kysely, group.uuid, GRANTS_MAX);
  const name = html`<bdi>${group.name}</bdi>`;
  const rows = accounts.map((account) => [
    html`<b><bdi>${account.displayName}</bdi></b><span class="sub">${account.username}</span>`,
    html`<form method="post">${csrf}<input type="hidden" name="action" value="remove"><input type="hidden" name="username" value="${account.username}"><button class="plain danger">${t(texts.remove)}<span class="vh">${t(memberTexts.object, { name: html`<bdi>${account.displayName}</bdi>` })}</span></button></form>`,
  ]);
  return page({
    title: html`${name} · ${workspace.slug}`,
    place: workspacePlace(request, "settings"),
    hasProblems: problems.length > 0,
    status: problems.length > 0 ? 422 : 200,
    main: withWorkspaceSide(
      request,
      html`<h1>${name}</h1>${errorSummary(t, problems)}
<div class="flow"><p class="dim m">${group.slug}</p><h2>${t(texts.members)}</h2>${
        rows.length === 0
          ? empty(t(texts.noMembers))
          : ledger([{ label: t(memberTexts.name) }, { label: t(memberTexts.actions), isEnd: true }], rows)
      }
<form method="post">${csrf}<input type="hidden" name="action" value="add">${input(t, { name: "username", label: t(texts.username), problems, value: entered, autocomplete: "off" })}<p class="acts"><button class="main">${t(texts.add)}</button></p></form>
<h2>${t(texts.permissions)}</h2>${grants.length === 0 ? html`<p>${t(texts.noPermissions)}</p>` : describeGrants(request, grants)}
<h2>${t(texts.delete, { name })}</h2><p>${t(texts.deleteLead)}</p>
<form method="post">${csrf}<input type="hidden" name="action" value="delete"><p class="acts"><button class="danger">${t(texts.deleteButton)}</button></p></form></div>`,
    ),
  });
}

function describeGrants({ t, workspace }: WorkspacePageRequest, grants: readonly GroupGrant[]): Html {
  const rows = grants.map(({ kind, name, permission }) => [
    kind === "project"
      ? html`<a href="${workspacePath(workspace, "projects", pathPart(name))}">${t(texts.project, { name: html`<code>${name}</code>` })}</a>`
      : html`<a class="m" href="/${workspace.slug}/${pathPart(name)}">${workspace.slug}/${name}</a>`,
    t(permissions[permission]),
  ]);
  return ledger([{ label: t(texts.what) }, { label: t(texts.permission), isEnd: true }], rows);
}
