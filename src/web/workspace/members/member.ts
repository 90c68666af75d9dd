import type { Account } from "../../../model/account.ts";
import { Failure } from "../../../model/failure.ts";
import { PERMISSIONS } from "../../../model/permission.ts";
import { parseUuid } from "../../../model/uuid.ts";
import type { WorkspaceMember } from "../../../model/workspace.ts";
import { removeMember, setMember } from "../../../operations/workspaces/workspaces.ts";
import type { Ports } from "../../../ports.ts";
import { findAccountByUuid } from "../../../storage/sql/accounts/accounts.ts";
import { listGroupSlugsOf } from "../../../storage/sql/groups/groups.ts";
import { listTokensOfReaching } from "../../../storage/sql/tokens/reaching-tokens.ts";
import { findMember } from "../../../storage/sql/workspaces/members.ts";
import { workspacePeopleTexts } from "../../catalogue/workspace-people.ts";
import { html, joined } from "../../html.ts";
import { errorSummary, type Problem, select } from "../../layout/form.ts";
import { workspacePlace } from "../../layout/place.ts";
import { workspacePath } from "../../links.ts";
import { page, redirect, type WorkspacePage, type WorkspacePageRequest } from "../../page.ts";
import { flash } from "../../pipeline/flash.ts";

const TOKENS_NAMED_MAX = 20;
const ROLES = ["member", "owner"] as const;
const { member: texts, roles, permissions } = workspacePeopleTexts;

/** Role and permission of a member, and the question whether they are to be removed. */
export const memberPage: WorkspacePage = {
  path: "/{workspace}/workspace/members/{member}",
  subject: "workspace",
  permission: "own",
  isStepUp: "post",
  async get(ports, request) {
    return show(ports, request, await getMember(ports, request), []);
  },
  async post(ports, request) {
    const { workspace, by, form, t } = request;
    const found = await getMember(ports, request);
    const name = found.account.displayName;
    try {
      if (form.get("action") === "remove") {
        await removeMember(by, workspace, found.account);
        const told = flash(texts.removed, { name, workspace: workspace.slug });
        return redirect(workspacePath(workspace, "members"), told);
      }
      const role = ROLES.find((each) => each === form.get("role"));
      const permission = PERMISSIONS.find((each) => each === form.get("permission"));
      if (role === undefined || permission === undefined)
        throw new Failure("invalid-input", "role, permission: not one of those that are offered");
      await setMember(ports, by, workspace, found.account, role, permission);
      const told = flash(texts.saved, { name, role: t(roles[role]).toString() });
      return redirect(workspacePath(workspace, "members"), told);
    } catch (error) {
      if (!(error instanceof Failure) || error.kind !== "conflict") throw error;
      return show(ports, request, found, [{ field: "role", message: t(texts.lastOwner) }]);
    }
  },
};

type Found = { readonly account: Account; readonly member: WorkspaceMember };

async function getMember(
  { database }: Pick<Ports, "database">,
  { workspace, params }: WorkspacePageRequest,
): Promise<Found> {
  const uuid = parseUuid(params.member ?? "");
  const account = uuid && (await findAccountByUuid(database.kysely, uuid));
  const member = uuid && (await findMember(database.kysely, workspace.uuid, uuid));
  if (account === undefined || member === undefined)
    throw new Failure("not-found", "There is no such member");
  return { account, member };
}

async function show(
  { database }: Pick<Ports, "database">,
  request: WorkspacePageRequest,
  { account, member }: Found,
  problems: readonly Problem[],
) {
  const { t, workspace, csrf, now } = request;
  const name = html`<bdi>${account.displayName}</bdi>`;
  const groups = await listGroupSlugsOf(database.kysely, workspace.uuid, account.uuid);
  const tokens = await listTokensOfReaching(database.kysely, workspace.uuid, account.uuid, now);
  const title = t(texts.title, { name });
  const links = groups.map(
    (slug) => html`<a class="m" href="${workspacePath(workspace, "settings/groups", slug)}">${slug}</a>`,
  );
  return page({
    title: html`${title} · ${workspace.slug}`,
    place: workspacePlace(request, "members"),
    hasProblems: problems.length > 0,
    status: problems.length > 0 ? 422 : 200,
    main: html`<h1>${title}</h1>${errorSummary(t, problems)}
<div class="flow"><p class="dim m">${account.username}</p><h2>${t(texts.change)}</h2>
<form method="post">${csrf}<input type="hidden" name="action" value="set">
${select(t, { name: "role", label: t(texts.role), hint: t(texts.roleHint), problems, value: member.role, options: ROLES.map((role) => ({ value: role, label: t(roles[role]) })) })}
${select(t, { name: "permission", label: t(texts.permission), hint: t(texts.permissionHint), problems, value: member.repositoryPermission, options: PERMISSIONS.map((permission) => ({ value: permission, label: t(permissions[permission]) })) })}
<p class="acts"><button class="main">${t(texts.save)}</button><a class="btn" href="${workspacePath(workspace, "members")}">${t(texts.back)}</a></p></form>
<h2>${t(texts.groups)}</h2><p>${links.length === 0 ? t(texts.noGroups) : joined(links, ", ")}</p>
<h2>${t(texts.remove, { name, workspace: workspace.slug })}</h2><p>${t(texts.stops)}</p>
${
  tokens.length === 0
    ? html`<p>${t(texts.noTokens)}</p>`
    : html`<p>${t(texts.tokens, { n: tokens.length })}</p><ul>${tokens.slice(0, TOKENS_NAMED_MAX).map(({ uuid, name: token }) => html`<li><bdi>${token}</bdi> <code class="dim">${uuid.slice(0, 8)}</code></li>`)}</ul>${tokens.length > TOKENS_NAMED_MAX && html`<p>${t(texts.more, { n: tokens.length - TOKENS_NAMED_MAX })}</p>`}`
}
<form method="post">${csrf}<input type="hidden" name="action" value="remove"><p class="acts"><button class="danger">${t(texts.removeButton, { workspace: workspace.slug })}</button></p></form></div>`,
  });
}
