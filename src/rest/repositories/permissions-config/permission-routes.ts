import { NO_ACCESS_TOKENS } from "../../../authorization/no-access-tokens.ts";
import type { Method, RestRequest } from "../../../http/routes/declaration.ts";
import type { ProjectRoute } from "../../../http/routes/subjects/project.ts";
import type { RepositoryRoute } from "../../../http/routes/subjects/repository.ts";
import type { Answer } from "../../../http/server/answer.ts";
import type { Account } from "../../../model/account.ts";
import { projectSubject, repositorySubject } from "../../../model/audit.ts";
import type { Scope } from "../../../model/scope.ts";
import type { Workspace } from "../../../model/workspace.ts";
import { getSelectedAccount } from "../../../operations/accounts/named-accounts.ts";
import type { NamedTarget } from "../../../operations/permissions/explicit-permissions.ts";
import type { Ports } from "../../../ports.ts";
import type { PermissionOwner } from "../../../representations/explicit-permission.ts";
import { ProjectPermissionBody, RepositoryPermissionBody } from "./permission-body.ts";

/** A request about the permissions in a repository or in a project, which are handled alike. */
export type PermissionRequest = RestRequest & {
  readonly workspace: Workspace;
  readonly target: NamedTarget;
  readonly owner: PermissionOwner;
};

/** One operation, on repositories and on projects, for administrators of either. */
export type PermissionOperation = {
  readonly method: Method;
  /** What follows `permissions-config/`. */
  readonly below: string;
  readonly repositoryScopes: readonly Scope[];
  readonly projectScopes: readonly Scope[];
  handle(ports: Ports, request: PermissionRequest): Promise<Answer>;
};

export const REPOSITORY_PERMISSIONS = "/2.0/repositories/{workspace}/{repo_slug}/permissions-config";
export const PROJECT_PERMISSIONS_CONFIG =
  "/2.0/workspaces/{workspace}/projects/{project_key}/permissions-config";

export function makeRepositoryPermissionRoute(operation: PermissionOperation): RepositoryRoute {
  return {
    subject: "repository",
    method: operation.method,
    path: `${REPOSITORY_PERMISSIONS}/${operation.below}`,
    apiTokenScopes: operation.repositoryScopes,
    oauthScopes: ["repository:admin"],
    credentialKinds: NO_ACCESS_TOKENS,
    permission: "admin",
    handle: (ports, request) => operation.handle(ports, inRepository(request)),
  };
}

export function makeProjectPermissionRoute(operation: PermissionOperation): ProjectRoute {
  return {
    subject: "project",
    method: operation.method,
    path: `${PROJECT_PERMISSIONS_CONFIG}/${operation.below}`,
    apiTokenScopes: operation.projectScopes,
    oauthScopes: ["project:admin"],
    credentialKinds: NO_ACCESS_TOKENS,
    permission: "admin",
    handle: (ports, request) => operation.handle(ports, inProject(request)),
  };
}

/** The same for a body with a permission; a project has more permissions than a repository. */
export const PUT_ON_REPOSITORY = {
  subject: "repository",
  method: "PUT",
  apiTokenScopes: ["admin:repository:bitbucket", "write:permission:bitbucket"],
  oauthScopes: ["repository:admin"],
  credentialKinds: NO_ACCESS_TOKENS,
  permission: "admin",
  body: RepositoryPermissionBody,
} as const;
export const PUT_ON_PROJECT = {
  subject: "project",
  method: "PUT",
  apiTokenScopes: ["admin:project:bitbucket", "write:permission:bitbucket"],
  oauthScopes: ["project:admin"],
  credentialKinds: NO_ACCESS_TOKENS,
  permission: "admin",
  body: ProjectPermissionBody,
} as const;

export function inRepository(request: Parameters<RepositoryRoute["handle"]>[1]): PermissionRequest {
  const { repository } = request;
  return {
    ...request,
    workspace: repository.workspace,
    target: { ...repositorySubject(repository), kind: "repository", uuid: repository.uuid },
    owner: { kind: "repository", repository },
  };
}

export function inProject(request: Parameters<ProjectRoute["handle"]>[1]): PermissionRequest {
  const { project, workspace } = request;
  return {
    ...request,
    target: { ...projectSubject(project), kind: "project", uuid: project.uuid },
    owner: { kind: "project", project, workspace },
  };
}

/** The reference accepts the user name in the URL of a project's permissions, but not in that of a repository's. */
export function getSelectedPermissionAccount(
  ports: Pick<Ports, "database">,
  target: NamedTarget,
  params: RestRequest["params"],
): Promise<Account> {
  return getSelectedAccount(ports, params.selected_user_id!, { takesUsername: target.kind === "project" });
}
