import type { Account } from "../../model/account.ts";
import { PROJECT_PERMISSIONS, type ProjectPermission } from "../../model/project-permission.ts";
import { parseGroupSlug } from "../../model/slug.ts";
import { parseUuid } from "../../model/uuid.ts";
import type { Workspace } from "../../model/workspace.ts";
import {
  type NamedTarget,
  removePermission,
  setAccountPermission,
  setGroupPermission,
} from "../../operations/permissions/explicit-permissions.ts";
import type { Ports } from "../../ports.ts";
import { findAccountByUsername, findAccountByUuid } from "../../storage/sql/accounts/accounts.ts";
import { findGroup, listGroups } from "../../storage/sql/groups/groups.ts";
import { listGroupPermissions } from "../../storage/sql/permissions/explicit-permissions.ts";
import { findMember } from "../../storage/sql/workspaces/members.ts";
import { permissionTexts } from "../catalogue/permissions.ts";
import { formText } from "../forms/form-text.ts";
import { type Html, html } from "../html.ts";
import { errorSummary, input, type Problem, select } from "../layout/form.ts";
import { ledger } from "../layout/ledger.ts";
import { type PageAnswer, type PageRequest, page, redirect } from "../page.ts";
import { flash } from "../pipeline/flash.ts";

const texts = permissionTexts;
const GROUPS_MAX = 500;

export type GivenPermission = Exclude<ProjectPermission, "none">;

/** Where permissions are given, and what of it is shown. */
export type PermissionsOf = {
  readonly target: NamedTarget;
  readonly workspace: Workspace;
  readonly path: string;
  readonly name: string;
  readonly place: Html;
  readonly lead: Html;
  /** Those that can be given there. */
  readonly offered: readonly GivenPermission[];
  around(main: Html): Html;
  /** The people, with what they have. */
  listPeople(): Promise<Html>;
};

/** Who has which permission in a repository or a project, and forms to give, change and remove them. */
export async function describePermissions(
  { database }: Pick<Ports, "database">,
  request: PageRequest,
  of: PermissionsOf,
  problems: readonly Problem[] = [],
): Promise<PageAnswer> {
  const { t, csrf, form } = request;
  const { values: groups } = await listGroupPermissions(database.kysely, of.target, {
    page: 1,
    pagelen: GROUPS_MAX,
  });
  const columns = [
    { label: t(texts.group) },
    { label: t(texts.here) },
    { label: t(texts.actions), isEnd: true },
  ];
  const rows = groups.map(({ group, permission }) => [
    html`<bdi>${group.name}</bdi> <code class="small">${group.slug}</code>`,
    permissionTag(t, permission),
    changeForm(request, of, { kind: "group", uuid: group.uuid, name: group.name, permission }),
  ]);
  const own = await listGroups(database.kysely, of.workspace.uuid);
  return page({
    title: html`${t(texts.title)} · ${of.name}`,
    place: of.place,
    hasProblems: problems.length > 0,
    ...(problems.length > 0 ? { status: 422 } : {}),
    main: of.around(html`<h1>${t(texts.title)}</h1>${errorSummary(t, problems)}<p class="lead">${of.lead}</p>
<div class="flow"><section class="block" aria-labelledby="people"><h2 id="people">${t(texts.people)}</h2>${await of.listPeople()}</section>
<section class="block" aria-labelledby="groups"><h2 id="groups">${t(texts.groups)}</h2>${groups.length > 0 ? ledger(columns, rows) : html`<p class="dim">${t(texts.noGroups)}</p>`}</section>
<section class="block" aria-labelledby="add"><h2 id="add">${t(texts.add)}</h2><p class="hint">${t(texts.addHint)}</p><form method="post" class="after" autocomplete="off">${csrf}<input type="hidden" name="act" value="give">
${select(t, { name: "kind", label: t(texts.kind), problems, value: form.get("kind") ?? "account", options: [{ value: "account", label: t(texts.person) }, ...(own.length > 0 ? [{ value: "group", label: t(texts.group) }] : [])] })}
${input(t, { name: "who", label: t(texts.who), problems, value: formText(form, "who"), autocomplete: "off" })}
${select(t, { name: "permission", label: t(texts.permission), problems, value: form.get("permission") ?? "read", options: of.offered.map((each) => ({ value: each, label: t(texts.names[each]) })) })}
<div class="acts"><button class="main">${t(texts.submit)}</button></div></form></section>
<section class="block" aria-labelledby="explained"><h2 id="explained">${t(texts.explained.title)}</h2><ul><li>${t(texts.explained.read)}</li><li>${t(texts.explained.write)}</li>${of.offered.includes("create-repo") && html`<li>${t(texts.explained.createRepo)}</li>`}<li>${t(texts.explained.admin)}</li></ul></section></div>`),
  });
}

export function permissionTag(t: PageRequest["t"], permission: ProjectPermission): Html {
  return html`<span class="tag${permission === "admin" ? " warn" : ""}">${t(texts.names[permission])}</span>`;
}

export type ChangedGrantee = {
  readonly kind: "account" | "group";
  readonly uuid: string;
  readonly name: string;
  readonly permission: ProjectPermission | undefined;
};

/** In a row: another permission, or none. */
export function changeForm(
  { t, csrf }: PageRequest,
  of: PermissionsOf,
  { kind, uuid, name, permission }: ChangedGrantee,
): Html {
  if (permission === undefined || permission === "none") return html``;
  const object = html`<span class="vh">${t(texts.object, { name })}</span>`;
  const id = `permission-${uuid}`;
  return html`<form method="post" class="acts">${csrf}<input type="hidden" name="kind" value="${kind}"><input type="hidden" name="uuid" value="${uuid}"><label class="vh" for="${id}">${t(texts.permission)}${t(texts.object, { name })}</label><select id="${id}" name="permission">${of.offered.map((each) => html`<option value="${each}"${each === permission && html` selected`}>${t(texts.names[each])}</option>`)}</select><button name="act" value="give" class="plain">${t(texts.change)}${object}</button><button name="act" value="remove" class="plain danger">${t(texts.remove)}${object}</button></form>`;
}

/** Gives, changes or removes a permission. */
export async function changePermission(
  ports: Pick<Ports, "database">,
  request: PageRequest,
  of: PermissionsOf,
): Promise<PageAnswer> {
  const { form, by, t } = request;
  const refuse = (field: string, message: Html) =>
    describePermissions(ports, request, of, [{ field, message }]);
  const isGroup = form.get("kind") === "group";
  const group = isGroup ? await findChosenGroup(ports, form, of.workspace) : undefined;
  const account = isGroup ? undefined : await findChosenAccount(ports, form);
  const name = group?.name ?? account?.displayName ?? "";
  if (form.get("act") === "remove") {
    const uuid = group?.uuid ?? account?.uuid;
    if (uuid === undefined) return redirect(of.path);
    await removePermission(by, of.target, { kind: isGroup ? "group" : "account", uuid });
    return redirect(of.path, flash(texts.removed, { name }));
  }
  const permission = of.offered.find((each) => each === form.get("permission"));
  if (permission === undefined) return refuse("permission", t(texts.choose));
  if (group !== undefined) await setGroupPermission(by, of.target, group, permission);
  else {
    if (account === undefined) return refuse("who", t(isGroup ? texts.noGroup : texts.noPerson));
    const member = await findMember(ports.database.kysely, of.workspace.uuid, account.uuid);
    if (member === undefined) return refuse("who", t(texts.noPerson));
    if (member.role === "owner") return refuse("who", t(texts.isOwner));
    await setAccountPermission(by, of.workspace, of.target, account, permission);
  }
  return redirect(of.path, flash(texts.given, { name }));
}

async function findChosenAccount(
  { database }: Pick<Ports, "database">,
  form: URLSearchParams,
): Promise<Account | undefined> {
  const uuid = parseUuid(form.get("uuid") ?? "");
  if (uuid !== undefined) return findAccountByUuid(database.kysely, uuid);
  const name = formText(form, "who");
  return name === "" ? undefined : findAccountByUsername(database.kysely, name);
}

async function findChosenGroup(
  { database }: Pick<Ports, "database">,
  form: URLSearchParams,
  workspace: Workspace,
) {
  const uuid = parseUuid(form.get("uuid") ?? "");
  if (uuid !== undefined)
    return (await listGroups(database.kysely, workspace.uuid)).find((group) => group.uuid === uuid);
  const slug = parseGroupSlug(formText(form, "who"));
  return slug && findGroup(database.kysely, workspace.uuid, slug);
}

/** In rising order, without none. */
export const PROJECT_OFFER = PROJECT_PERMISSIONS.filter((each) => each !== "none");
export const REPOSITORY_OFFER = PROJECT_OFFER.filter((each) => each !== "create-repo");
