import type { Method, ProjectRoute, RepositoryRoute, RestRequest } from "../../../http/routes/route.ts";
import type { Answer } from "../../../http/server/answer.ts";
import type { Account } from "../../../model/account.ts";
import { projectSubject, repositorySubject } from "../../../model/audit.ts";
import type { Scope } from "../../../model/scope.ts";
import type { Workspace } from "../../../model/workspace.ts";
import { getSelectedAccount } from "../../../operations/accounts/named-accounts.ts";
import type { NamedTarget } from "../../../operations/permissions/explicit-permissions.ts";
import type { Ports, WritePorts } from "../../../ports.ts";
import type { PermissionOwner } from "../../../representations/explicit-permission.ts";

/** A request about what is given in a repository or in a project: the two are alike. */
export type PermissionRequest = RestRequest & {
  readonly workspace: Workspace;
  readonly place: NamedTarget;
  readonly owner: PermissionOwner;
};

export type PermissionHandler = (ports: WritePorts, request: PermissionRequest) => Promise<Answer>;

type Declared = {
  readonly method: Method;
  /** What follows `permissions-config/`. */
  readonly below: string;
  readonly repositoryScopes: readonly Scope[];
  readonly projectScopes: readonly Scope[];
};

export const REPOSITORY_PERMISSIONS = "/2.0/repositories/{workspace}/{repo_slug}/permissions-config";
export const PROJECT_PERMISSIONS_CONFIG =
  "/2.0/workspaces/{workspace}/projects/{project_key}/permissions-config";

/** One operation, on repositories and on projects: for the admin of either. */
export function permissionRoutes(
  { method, below, repositoryScopes, projectScopes }: Declared,
  handle: PermissionHandler,
): readonly [RepositoryRoute, ProjectRoute] {
  return [
    {
      subject: "repository",
      method,
      path: `${REPOSITORY_PERMISSIONS}/${below}`,
      scopes: repositoryScopes,
      oauthScopes: ["repository:admin"],
      permission: "admin",
      handle: (ports, request) => handle(ports, inRepository(request)),
    },
    {
      subject: "project",
      method,
      path: `${PROJECT_PERMISSIONS_CONFIG}/${below}`,
      scopes: projectScopes,
      oauthScopes: ["project:admin"],
      permission: "admin",
      handle: (ports, request) => handle(ports, inProject(request)),
    },
  ];
}

export function inRepository(request: Parameters<RepositoryRoute["handle"]>[1]): PermissionRequest {
  const { repository } = request;
  return {
    ...request,
    workspace: repository.workspace,
    place: { ...repositorySubject(repository), kind: "repository", uuid: repository.uuid },
    owner: { kind: "repository", repository },
  };
}

export function inProject(request: Parameters<ProjectRoute["handle"]>[1]): PermissionRequest {
  const { project, workspace } = request;
  return {
    ...request,
    place: { ...projectSubject(project), kind: "project", uuid: project.uuid },
    owner: { kind: "project", project, workspace },
  };
}

/** The reference takes the user name in the URL of a project's permissions, and not in that of a repository's. */
export function getSelectedPermissionAccount(
  ports: Pick<Ports, "database">,
  place: NamedTarget,
  params: RestRequest["params"],
): Promise<Account> {
  return getSelectedAccount(ports, params.selected_user_id!, { takesUsername: place.kind === "project" });
}
