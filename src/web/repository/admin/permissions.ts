import { repositorySubject } from "../../../model/audit.ts";
import { fullName } from "../../../model/repository.ts";
import type { Uuid } from "../../../model/uuid.ts";
import { viewerOf } from "../../../model/who-acts.ts";
import type { Ports } from "../../../ports.ts";
import { listEffectivePermissions } from "../../../storage/sql/permissions/effective-permissions.ts";
import {
  listPermissionSources,
  type PermissionSource,
} from "../../../storage/sql/permissions/permission-sources.ts";
import { permissionTexts } from "../../catalogue/permissions.ts";
import { type Html, html, joined } from "../../html.ts";
import { ledger } from "../../layout/ledger.ts";
import { pager, readPage } from "../../layout/pager.ts";
import { repositoryPlace } from "../../layout/place.ts";
import { repositorySettings } from "../../layout/repository-settings.ts";
import { projectPath, repositoryPath, workspacePath } from "../../links.ts";
import type { RepositoryPage, RepositoryPageRequest } from "../../page.ts";
import {
  changeForm,
  changePermission,
  describePermissions,
  type PermissionsOf,
  permissionTag,
  REPOSITORY_OFFER,
} from "../../permissions/permission-pages.ts";

const texts = permissionTexts;
const PAGELEN = 50;

/** Who may do what in a repository, and where that comes from. */
export const repositoryPermissionsPage: RepositoryPage = {
  path: "/{workspace}/{repo_slug}/admin/permissions",
  subject: "repository",
  permission: "admin",
  isStepUp: "post",
  get: (ports, request) => describePermissions(ports, request, permissionsOf(ports, request)),
  post: (ports, request) => changePermission(ports, request, permissionsOf(ports, request)),
};

function permissionsOf(ports: Pick<Ports, "database">, request: RepositoryPageRequest): PermissionsOf {
  const { t, repository } = request;
  const { workspace, project } = repository;
  const { name } = repositorySubject(repository);
  const of: PermissionsOf = {
    target: { kind: "repository", uuid: repository.uuid, name },
    workspace,
    path: repositoryPath(repository, "admin", "permissions"),
    name: fullName(repository),
    place: repositoryPlace(request, "settings"),
    lead: html`${t(texts.leadRepository, {
      project: html`<a href="${projectPath(workspace, project)}"><bdi>${project.name}</bdi></a>`,
      workspace: html`<a href="${workspacePath(workspace, "members")}">${workspace.slug}</a>`,
    })}${!repository.isPrivate && html` ${t(texts.public)}`}`,
    offered: REPOSITORY_OFFER,
    around: (main) => repositorySettings(request, main),
    listPeople: () => listPeople(ports, request, of),
  };
  return of;
}

async function listPeople(
  { database }: Pick<Ports, "database">,
  request: RepositoryPageRequest,
  of: PermissionsOf,
): Promise<Html> {
  const { t, repository, caller, query, path } = request;
  const asked = readPage(query);
  const { values, size } = await listEffectivePermissions(database.kysely, {
    workspaceUuid: repository.workspace.uuid,
    viewer: viewerOf(caller),
    repositoryUuid: repository.uuid,
    page: asked,
    pagelen: PAGELEN,
  });
  if (values.length === 0) return html`<p class="dim">${t(texts.noPeople)}</p>`;
  const sources = await listPermissionSources(
    database.kysely,
    repository,
    values.map(({ account }) => account.uuid),
  );
  const sourcesOf = (uuid: Uuid) => sources.filter(({ accountUuid }) => accountUuid === uuid);
  const columns = [
    { label: t(texts.person) },
    { label: t(texts.effective) },
    { label: t(texts.from) },
    { label: t(texts.actions), isEnd: true },
  ];
  const rows = values.map(({ account, permission }) => {
    const own = sourcesOf(account.uuid);
    const here = own.find(({ kind }) => kind === "repository")?.permission;
    return [
      html`<bdi>${account.displayName}</bdi><span class="sub m">${account.username}</span>`,
      permissionTag(t, permission),
      html`<span class="small">${joined(
        own.map((source) => describeSource(t, source)),
        html`<br>`,
      )}</span>`,
      changeForm(request, of, {
        kind: "account",
        uuid: account.uuid,
        name: account.displayName,
        permission: here,
      }),
    ];
  });
  return html`${ledger(columns, rows)}${pager(t, { page: asked, pagelen: PAGELEN, size }, path)}`;
}

function describeSource(t: RepositoryPageRequest["t"], { kind, permission, group }: PermissionSource): Html {
  const { sources } = texts;
  const named = { group: html`<bdi>${group}</bdi>` };
  const from = {
    owner: t(sources.owner),
    member: t(sources.member),
    project: t(sources.project),
    "project-group": t(sources.projectGroup, named),
    repository: t(sources.here),
    "repository-group": t(sources.hereGroup, named),
  }[kind];
  return html`${t(texts.names[permission])} <span class="dim">· ${from}</span>`;
}
