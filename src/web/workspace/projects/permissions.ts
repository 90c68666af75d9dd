import { projectSubject } from "../../../model/audit.ts";
import type { Ports } from "../../../ports.ts";
import { listAccountPermissions } from "../../../storage/sql/permissions/explicit-permissions.ts";
import { permissionTexts } from "../../catalogue/permissions.ts";
import { type Html, html } from "../../html.ts";
import { ledger } from "../../layout/ledger.ts";
import { pager, readPage } from "../../layout/pager.ts";
import { workspacePlace } from "../../layout/place.ts";
import { projectSettings } from "../../layout/project-settings.ts";
import { projectPath } from "../../links.ts";
import type { ProjectPage, ProjectPageRequest } from "../../page.ts";
import {
  changeForm,
  changePermission,
  describePermissions,
  type PermissionsOf,
  PROJECT_OFFER,
  permissionTag,
} from "../../permissions/permission-pages.ts";

const texts = permissionTexts;
const PAGELEN = 50;

/** Who may do what in all repositories of a project. */
export const projectPermissionsPage: ProjectPage = {
  path: "/{workspace}/workspace/projects/{project_key}/permissions",
  subject: "project",
  permission: "admin",
  isStepUp: "post",
  get: (ports, request) => describePermissions(ports, request, permissionsOf(ports, request)),
  post: (ports, request) => changePermission(ports, request, permissionsOf(ports, request)),
};

function permissionsOf(ports: Pick<Ports, "database">, request: ProjectPageRequest): PermissionsOf {
  const { t, workspace, project } = request;
  const of: PermissionsOf = {
    target: { kind: "project", uuid: project.uuid, name: projectSubject(project).name },
    workspace,
    path: `${projectPath(workspace, project)}/permissions`,
    name: project.name,
    place: workspacePlace(request, "projects"),
    lead: t(texts.leadProject),
    offered: PROJECT_OFFER,
    around: (main) => projectSettings(request, main),
    listPeople: () => listPeople(ports, request, of),
  };
  return of;
}

async function listPeople(
  { database }: Pick<Ports, "database">,
  request: ProjectPageRequest,
  of: PermissionsOf,
): Promise<Html> {
  const { t, query, path } = request;
  const asked = readPage(query);
  const { values, size } = await listAccountPermissions(database.kysely, of.target, {
    page: asked,
    pagelen: PAGELEN,
  });
  if (values.length === 0) return html`<p class="dim">${t(texts.noPeople)}</p>`;
  const columns = [
    { label: t(texts.person) },
    { label: t(texts.here) },
    { label: t(texts.actions), isEnd: true },
  ];
  const rows = values.map(({ account, permission }) => [
    html`<bdi>${account.displayName}</bdi><span class="sub m">${account.username}</span>`,
    permissionTag(t, permission),
    changeForm(request, of, { kind: "account", uuid: account.uuid, name: account.displayName, permission }),
  ]);
  return html`${ledger(columns, rows)}${pager(t, { page: asked, pagelen: PAGELEN, size }, path)}`;
}
