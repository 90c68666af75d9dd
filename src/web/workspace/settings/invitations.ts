import { Failure } from "../../../model/failure.ts";
import { PERMISSIONS, type Permission } from "../../../model/permission.ts";
import { parseUuid } from "../../../model/uuid.ts";
import {
  type InvitationLink,
  inviteToWorkspace,
  type MadeInvitation,
  withdrawInvitation,
} from "../../../operations/accounts/invitations.ts";
import { getGroup } from "../../../operations/groups/groups.ts";
import type { Ports } from "../../../ports.ts";
import { listInvitations } from "../../../storage/sql/accounts/one-time-links.ts";
import { listGroups } from "../../../storage/sql/groups/groups.ts";
import { workspacePeopleTexts } from "../../catalogue/workspace-people.ts";
import { formText } from "../../forms/form-text.ts";
import { html } from "../../html.ts";
import { empty } from "../../layout/empty.ts";
import { errorSummary, input, type Problem, select } from "../../layout/form.ts";
import { ledger } from "../../layout/ledger.ts";
import { workspacePlace } from "../../layout/place.ts";
import { exactTime, timeAgo } from "../../layout/time.ts";
import { workspacePath } from "../../links.ts";
import { writeInvitationMail } from "../../mails.ts";
import { page, redirect, type WorkspacePage, type WorkspacePageRequest } from "../../page.ts";
import { flash } from "../../pipeline/flash.ts";
import { withWorkspaceSide } from "./with-workspace-side.ts";

const { invitations: texts, member: memberTexts, members, roles, permissions } = workspacePeopleTexts;
const ROLES = ["member", "owner"] as const;
const TEXT_LENGTH_MAX = 1_000;

type Entered = {
  readonly email: string;
  readonly role: (typeof ROLES)[number];
  readonly permission: Permission;
  readonly group: string;
};

const NOTHING_ENTERED: Entered = { email: "", role: "member", permission: "read", group: "" };

/** Who is invited to a workspace, and one more. */
export const invitationsPage: WorkspacePage = {
  path: "/{workspace}/workspace/settings/invitations",
  subject: "workspace",
  permission: "own",
  isStepUp: "post",
  async get(ports, request) {
    return show(ports, request, NOTHING_ENTERED, []);
  },
  async post(ports, request) {
    const { workspace, form, by } = request;
    const here = workspacePath(workspace, "settings/invitations");
    if (form.get("action") === "withdraw") {
      const uuid = parseUuid(form.get("invitation") ?? "");
      if (uuid === undefined) throw new Failure("not-found", "There is no such invitation");
      const { address } = await withdrawInvitation(ports, by, workspace, uuid);
      return redirect(here, flash(texts.withdrawn, { address }));
    }
    const entered = readForm(form);
    try {
      const made = await invite(ports, request, entered);
      if (made.url === undefined) return redirect(here, flash(texts.mailed, { address: entered.email }));
      return shownOnce(request, made, made.url.reveal());
    } catch (error) {
      return show(ports, request, entered, problemsOf(request, error));
    }
  },
};

function readForm(form: URLSearchParams): Entered {
  return {
    email: formText(form, "email", TEXT_LENGTH_MAX),
    role: ROLES.find((role) => role === form.get("role")) ?? "member",
    permission: PERMISSIONS.find((permission) => permission === form.get("permission")) ?? "none",
    group: formText(form, "group", TEXT_LENGTH_MAX),
  };
}

async function invite(
  ports: Ports,
  { workspace, by, account, language }: WorkspacePageRequest,
  { email, role, permission, group }: Entered,
): Promise<MadeInvitation> {
  const wanted = {
    email,
    role,
    repositoryPermission: permission,
    group: group === "" ? undefined : await getGroup(ports, workspace, group),
  };
  return inviteToWorkspace(
    ports,
    by,
    workspace,
    wanted,
    // Only owners come here, and they have an account.
    writeInvitationMail({ language }, { workspace, inviter: account! }),
  );
}

function problemsOf({ t }: WorkspacePageRequest, error: unknown): readonly Problem[] {
  if (!(error instanceof Failure)) throw error;
  const { problems } = texts;
  switch (error.kind) {
    case "invalid-input":
      return [{ field: "email", message: t(problems.email) }];
    case "not-found":
      return [{ field: "group", message: t(problems.group) }];
    case "conflict": {
      const isMember = error.details.fields?.email?.includes("already a member") === true;
      return [{ field: "email", message: t(isMember ? problems.member : problems.many) }];
    }
    default:
      throw error;
  }
}

async function show(
  { database }: Pick<Ports, "database">,
  request: WorkspacePageRequest,
  entered: Entered,
  problems: readonly Problem[],
) {
  const { t, workspace, csrf, now } = request;
  const invitations = await listInvitations(database.kysely, workspace.uuid, now);
  const groups = await listGroups(database.kysely, workspace.uuid);
  const columns = [
    { label: t(texts.email) },
    { label: t(members.role) },
    { label: t(members.permission) },
    { label: t(texts.made) },
    { label: t(texts.ends) },
    { label: t(members.actions), isEnd: true },
  ];
  return page({
    title: html`${t(texts.title)} · ${workspace.slug}`,
    place: workspacePlace(request, "settings"),
    hasProblems: problems.length > 0,
    status: problems.length > 0 ? 422 : 200,
    main: withWorkspaceSide(
      request,
      html`<h1>${t(texts.title)}</h1>${errorSummary(t, problems)}<p class="lead">${t(texts.lead)}</p>
<div class="flow"><form method="post">${csrf}
${input(t, { name: "email", label: t(texts.email), problems, type: "email", value: entered.email, autocomplete: "off" })}
${select(t, { name: "role", label: t(memberTexts.role), hint: t(memberTexts.roleHint), problems, value: entered.role, options: ROLES.map((role) => ({ value: role, label: t(roles[role]) })) })}
${select(t, { name: "permission", label: t(memberTexts.permission), hint: t(memberTexts.permissionHint), problems, value: entered.permission, options: PERMISSIONS.map((permission) => ({ value: permission, label: t(permissions[permission]) })) })}
${groups.length > 0 && select(t, { name: "group", label: t(texts.group), problems, value: entered.group, options: [{ value: "", label: t(texts.noGroup) }, ...groups.map(({ slug, name }) => ({ value: slug, label: name }))] })}
<p class="acts"><button class="main">${t(texts.invite)}</button></p></form>
<h2>${t(texts.open)}</h2>${
        invitations.length === 0
          ? empty(t(texts.none))
          : ledger(
              columns,
              invitations.map((invitation) => rowOf(request, invitation)),
            )
      }</div>`,
    ),
  });
}

function rowOf(request: WorkspacePageRequest, invitation: InvitationLink) {
  const { t, csrf } = request;
  const { uuid, address, role, repositoryPermission, createdAt, expiresAt } = invitation;
  const name = html`<bdi>${address}</bdi>`;
  return [
    html`<b class="m">${name}</b>`,
    t(roles[role]),
    t(permissions[role === "owner" ? "admin" : repositoryPermission]),
    timeAgo(request, createdAt),
    exactTime(request, expiresAt),
    html`<form method="post">${csrf}<input type="hidden" name="action" value="withdraw"><input type="hidden" name="invitation" value="${uuid}"><button class="plain danger">${t(texts.withdraw)}<span class="vh">${t(members.object, { name })}</span></button></form>`,
  ];
}

/** The answer to the form itself: nobody else sees the link, and no reload shows it again. */
function shownOnce(request: WorkspacePageRequest, { invitation }: MadeInvitation, url: string) {
  const { t, workspace } = request;
  const title = t(texts.shownOnce, { address: html`<bdi>${invitation.address}</bdi>` });
  return page({
    title: html`${t(texts.title)} · ${workspace.slug}`,
    place: workspacePlace(request, "settings"),
    main: withWorkspaceSide(
      request,
      html`<h1>${title}</h1><p class="lead">${t(texts.shownLead, { time: exactTime(request, invitation.expiresAt) })}</p>
<div class="flow"><div class="field long"><label for="link">${t(texts.link)}</label><textarea id="link" class="secret" readonly rows="2">
${url}</textarea></div><p class="acts"><button type="button" class="main" hidden data-copy="#link">${t(texts.copy)}</button><a class="btn" href="${workspacePath(workspace, "settings/invitations")}">${t(texts.done)}</a></p></div>`,
    ),
  });
}
