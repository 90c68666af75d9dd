import type { TypeBuilder } from "../../../http/routes/body-schema.ts";
import type { ProjectRoute, RepositoryRoute } from "../../../http/routes/route.ts";
import { type Answer, jsonAnswer } from "../../../http/server/answer.ts";
import type { ProjectPermission } from "../../../model/project-permission.ts";
import {
  setAccountPermission,
  setGroupPermission,
} from "../../../operations/permissions/explicit-permissions.ts";
import { getGroup } from "../../../operations/permissions/groups.ts";
import type { WritePorts } from "../../../ports.ts";
import {
  representGroupPermission,
  representUserPermission,
} from "../../../representations/explicit-permission.ts";
import {
  getSelectedPermissionAccount,
  inProject,
  inRepository,
  type PermissionRequest,
  PROJECT_PERMISSIONS_CONFIG,
  REPOSITORY_PERMISSIONS,
} from "./permission-routes.ts";

const RepositoryPermissionBody = (Type: TypeBuilder) =>
  Type.Object({
    permission: Type.Union([Type.Literal("read"), Type.Literal("write"), Type.Literal("admin")]),
  });
const ProjectPermissionBody = (Type: TypeBuilder) =>
  Type.Object({
    permission: Type.Union([
      Type.Literal("read"),
      Type.Literal("write"),
      Type.Literal("create-repo"),
      Type.Literal("admin"),
    ]),
  });

type Given = Exclude<ProjectPermission, "none">;

const ON_REPOSITORY = {
  subject: "repository",
  method: "PUT",
  scopes: ["admin:repository:bitbucket", "write:permission:bitbucket"],
  oauthScopes: ["repository:admin"],
  permission: "admin",
  body: RepositoryPermissionBody,
} as const;
const ON_PROJECT = {
  subject: "project",
  method: "PUT",
  scopes: ["admin:project:bitbucket", "write:permission:bitbucket"],
  oauthScopes: ["project:admin"],
  permission: "admin",
  body: ProjectPermissionBody,
} as const;

async function putUserPermission(
  ports: WritePorts,
  { workspace, place, owner, baseUrls, params }: PermissionRequest,
  permission: Given,
): Promise<Answer> {
  const account = await getSelectedPermissionAccount(ports, place, params);
  await setAccountPermission(ports, workspace, place, account, permission);
  return jsonAnswer(200, representUserPermission(owner, account, permission, baseUrls));
}

async function putGroupPermission(
  ports: WritePorts,
  { workspace, place, owner, baseUrls, params }: PermissionRequest,
  permission: Given,
): Promise<Answer> {
  const group = await getGroup(ports, workspace, params.group_slug!);
  await setGroupPermission(ports, place, group, permission);
  return jsonAnswer(200, representGroupPermission(owner, group, permission, baseUrls));
}

export const putRepositoryUserPermissionRoute: RepositoryRoute<typeof RepositoryPermissionBody> = {
  ...ON_REPOSITORY,
  path: `${REPOSITORY_PERMISSIONS}/users/{selected_user_id}`,
  handle: (ports, request) => putUserPermission(ports, inRepository(request), request.body.permission),
};

export const putRepositoryGroupPermissionRoute: RepositoryRoute<typeof RepositoryPermissionBody> = {
  ...ON_REPOSITORY,
  path: `${REPOSITORY_PERMISSIONS}/groups/{group_slug}`,
  handle: (ports, request) => putGroupPermission(ports, inRepository(request), request.body.permission),
};

export const putProjectUserPermissionRoute: ProjectRoute<typeof ProjectPermissionBody> = {
  ...ON_PROJECT,
  path: `${PROJECT_PERMISSIONS_CONFIG}/users/{selected_user_id}`,
  handle: (ports, request) => putUserPermission(ports, inProject(request), request.body.permission),
};

export const putProjectGroupPermissionRoute: ProjectRoute<typeof ProjectPermissionBody> = {
  ...ON_PROJECT,
  path: `${PROJECT_PERMISSIONS_CONFIG}/groups/{group_slug}`,
  handle: (ports, request) => putGroupPermission(ports, inProject(request), request.body.permission),
};
