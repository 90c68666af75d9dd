import type { Filter } from "../../model/filter.ts";
import { listMemberships, type Membership } from "../../storage/sql/workspaces/members.ts";
import { findMemberStates, type MemberState } from "../../storage/sql/workspaces/people.ts";
import { listTexts } from "../catalogue/lists.ts";
import { workspacePeopleTexts } from "../catalogue/workspace-people.ts";
import { html } from "../html.ts";
import { noMatch } from "../layout/empty.ts";
import { ledger } from "../layout/ledger.ts";
import { pager, readPage } from "../layout/pager.ts";
import { workspacePlace } from "../layout/place.ts";
import { readSearch } from "../layout/repository-list.ts";
import { exactDay, timeAgo } from "../layout/time.ts";
import { workspacePath } from "../links.ts";
import { page, type WorkspacePage, type WorkspacePageRequest } from "../page.ts";

const PAGELEN = 50;
const { members: texts, roles, permissions } = workspacePeopleTexts;

/** Who belongs to a workspace. Owners see how well accounts are protected, and when they were last used. */
export const membersPage: WorkspacePage = {
  path: "/{workspace}/workspace/members",
  subject: "workspace",
  permission: "belong",
  async get({ database }, request) {
    const { t, workspace, member, query, path } = request;
    const q = readSearch(query);
    const asked = readPage(query);
    const { values, size } = await listMemberships(database.kysely, {
      workspaceUuid: workspace.uuid,
      hasEmailField: false,
      filter: q === "" ? undefined : hasName(q),
      page: asked,
      pagelen: PAGELEN,
    });
    const isOwner = member?.role === "owner";
    const uuids = values.map(({ account }) => account.uuid);
    const states = isOwner
      ? await findMemberStates(database.kysely, workspace.uuid, uuids)
      : new Map<string, MemberState>();
    const columns = [
      texts.name,
      texts.role,
      texts.added,
      ...(isOwner ? [texts.permission, texts.twoStep, texts.seen, texts.actions] : []),
    ].map((label) => ({ label: t(label), isEnd: label === texts.actions }));
    return page({
      title: html`${t(texts.title)} · ${workspace.slug}`,
      place: workspacePlace(request, "members"),
      main: html`<div class="head"><h1>${t(texts.title)}</h1>${isOwner && html`<div class="acts"><a class="btn main" href="${workspacePath(workspace, "settings/invitations")}">${t(texts.invite)}</a></div>`}</div>
<form class="filters" method="get" role="search"><div class="grow"><label for="q">${t(texts.search)}</label><input id="q" name="q" value="${q}" autocomplete="off"></div><button>${t(listTexts.filter)}</button></form>
<p class="dim small after">${t(texts.count, { n: size })}</p>
${
  values.length === 0
    ? noMatch(t, q, workspacePath(workspace, "members"))
    : ledger(
        columns,
        values.map((each) => rowOf(request, each, states.get(each.account.uuid))),
      )
}${pager(t, { page: asked, pagelen: PAGELEN, size }, path)}`,
    });
  },
};

function hasName(text: string): Filter {
  const contains = (field: string): Filter => ({
    kind: "comparison",
    field,
    operator: "~",
    value: { kind: "text", text },
  });
  return { kind: "or", filters: [contains("user.display_name"), contains("user.nickname")] };
}

function rowOf(
  request: WorkspacePageRequest,
  { account, role, addedAt }: Membership,
  state: MemberState | undefined,
) {
  const { t, workspace } = request;
  const name = html`<bdi>${account.displayName}</bdi>`;
  const shown = [
    html`<b>${name}</b><span class="sub">${account.username}</span>`,
    html`<span class="tag">${t(roles[role])}</span>`,
    exactDay(request, addedAt),
  ];
  if (state === undefined) return shown;
  return [
    ...shown,
    t(permissions[role === "owner" ? "admin" : state.repositoryPermission]),
    state.hasTwoStep ? t(texts.on) : html`<span class="warn">${t(texts.off)}</span>`,
    state.lastSeenAt === undefined ? t(texts.never) : timeAgo(request, state.lastSeenAt),
    html`<a class="btn plain" href="${workspacePath(workspace, "members", account.uuid)}">${t(texts.manage)}<span class="vh">${t(texts.object, { name })}</span></a>`,
  ];
}
