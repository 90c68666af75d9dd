import type { Kysely } from "kysely";
import type { Caller } from "../model/caller.ts";
import { Failure } from "../model/failure.ts";
import { type Permission, permits } from "../model/permission.ts";
import { type ProjectPermission, permitsInProject } from "../model/project-permission.ts";
import type { Repository } from "../model/repository.ts";
import { isBitbucketScope, missingScopes, type Scope } from "../model/scope.ts";
import type { Project, Workspace, WorkspaceMember } from "../model/workspace.ts";
import type { Lookups } from "../storage/sql/lookups/lookups.ts";
import {
  findProjectPermission,
  hasPermissionInAnyProject,
} from "../storage/sql/permissions/project-permissions.ts";
import { listProjects } from "../storage/sql/projects/projects.ts";
import { listRepositories } from "../storage/sql/repositories/repositories.ts";
import type { Schema } from "../storage/sql/schema.ts";
import { findMember } from "../storage/sql/workspaces/workspaces.ts";

/** Recorded text of Bitbucket, the same for what is missing and for what is hidden. */
export const HIDDEN_REPOSITORY =
  "You may not have access to this repository or it no longer exists in this workspace. If you think this repository exists and you have access, make sure you are authenticated.";

/** Where decisions are read from: what is committed, or what an open transaction sees. */
export type AccessPorts = {
  readonly database: {
    readonly kysely: Kysely<Schema>;
    readonly lookups: Pick<Lookups, "findPermission">;
  };
};

/**
 * Whether the credential lets its caller ask for this at all. Anonymous callers have no scopes to lack: what they may see
 * is decided by visibility.
 *
 * @throws Failure scope-missing, with the lists of required and granted scopes; no-bitbucket-scopes if there are none.
 */
export function requireScopes(caller: Caller, required: readonly Scope[]): void {
  if (caller.kind === "anonymous") return;
  const granted = caller.token.scopes;
  if (!granted.some(isBitbucketScope)) {
    throw new Failure("no-bitbucket-scopes", "API Token provided has no Bitbucket scopes.");
  }
  const missing = missingScopes(required, granted);
  if (missing.length === 0) return;
  throw new Failure("scope-missing", "Your credentials lack one or more required privilege scopes.", {
    detail: { required, granted },
    reason: `missing ${missing.join(", ")}`,
  });
}

/** The permission that the caller really has: membership, and read for everyone where the repository is public. */
export async function heldPermission(
  { database }: AccessPorts,
  caller: Caller,
  repository: Repository,
): Promise<Permission> {
  const byMembership =
    caller.kind === "anonymous"
      ? "none"
      : await database.lookups.findPermission(repository.uuid, caller.account.uuid);
  return withVisibility(byMembership, repository);
}

function withVisibility(byMembership: Permission, { isPrivate }: Pick<Repository, "isPrivate">): Permission {
  const byVisibility: Permission = isPrivate ? "none" : "read";
  return permits(byMembership, byVisibility) ? byMembership : byVisibility;
}

export async function maySee(ports: AccessPorts, caller: Caller, repository: Repository): Promise<boolean> {
  return permits(await heldPermission(ports, caller, repository), "read");
}

/**
 * Decides on a repository that was found, or was not.
 *
 * @throws Failure hidden if it is not there or may not be seen, permission-missing if it may be seen but not this.
 */
export async function requireRepositoryPermission(
  ports: AccessPorts,
  caller: Caller,
  repository: Repository | undefined,
  asked: Permission,
): Promise<Repository> {
  const held = repository === undefined ? "none" : await heldPermission(ports, caller, repository);
  if (repository === undefined) throw new Failure("hidden", HIDDEN_REPOSITORY);
  requireHeld(caller, held, asked);
  return repository;
}

/** The same for a repository of which it is known what is held there by membership. */
export function requireHeldPermission(
  caller: Caller,
  repository: { readonly isPrivate: boolean; readonly held: Permission } | undefined,
  asked: Permission,
): void {
  if (repository === undefined) throw new Failure("hidden", HIDDEN_REPOSITORY);
  requireHeld(caller, withVisibility(repository.held, repository), asked);
}

function requireHeld(caller: Caller, held: Permission, asked: Permission): void {
  if (!permits(held, "read")) throw new Failure("hidden", HIDDEN_REPOSITORY);
  if (permits(held, asked)) return;
  if (caller.kind === "anonymous") throw credentialMissing();
  throw new Failure(
    "permission-missing",
    `This needs ${asked} permission on the repository: you have ${held}`,
  );
}

/**
 * What a route asks of the caller's place in a workspace. `create-repository` is asked before it is known in which project:
 * whoever may in any project passes.
 */
export type WorkspacePermission = "see" | "belong" | "create-repository" | "own";

/** @throws Failure hidden if there is no such workspace or it may not be seen, permission-missing if it may be seen. */
export async function requireWorkspacePermission(
  ports: AccessPorts,
  caller: Caller,
  workspace: Workspace | undefined,
  identifier: string,
  asked: WorkspacePermission,
): Promise<Workspace> {
  const member =
    workspace === undefined || caller.kind === "anonymous"
      ? undefined
      : await findMember(ports.database.kysely, workspace.uuid, caller.account.uuid);
  if (workspace === undefined || !(await mayBeSeen(ports.database, workspace, caller, member))) {
    throw new Failure("hidden", `No workspace with identifier '${identifier}'.`);
  }
  if (await isAllowed(ports.database, workspace, caller, member, asked)) return workspace;
  if (caller.kind === "anonymous") throw credentialMissing();
  throw new Failure("permission-missing", "You do not have the permission for this in the workspace");
}

/** A private workspace is no secret to those who may see a project or a repository of it: each of them names it. */
async function mayBeSeen(
  database: AccessPorts["database"],
  workspace: Workspace,
  caller: Caller,
  member: WorkspaceMember | undefined,
): Promise<boolean> {
  if (!workspace.isPrivate || member !== undefined) return true;
  const viewerUuid = caller.kind === "anonymous" ? undefined : caller.account.uuid;
  const one = { workspaceUuid: workspace.uuid, viewerUuid, page: 1, pagelen: 1 };
  if ((await listRepositories(database.kysely, one)).size > 0) return true;
  return (await listProjects(database.kysely, one)).size > 0;
}

async function isAllowed(
  database: AccessPorts["database"],
  workspace: Workspace,
  caller: Caller,
  member: WorkspaceMember | undefined,
  asked: WorkspacePermission,
): Promise<boolean> {
  switch (asked) {
    case "see":
      return true;
    case "belong":
      return member !== undefined;
    case "own":
      return member?.role === "owner";
    case "create-repository":
      if (caller.kind === "anonymous") return false;
      return (
        mayCreateAnywhere(member) ||
        (await hasPermissionInAnyProject(database.kysely, workspace.uuid, caller.account.uuid, "create-repo"))
      );
  }
}

function mayCreateAnywhere(member: WorkspaceMember | undefined): boolean {
  return member?.role === "owner" || member?.repositoryPermission === "admin";
}

/**
 * Decides whether a repository may be put into a project: by being created there, or by being moved there.
 *
 * @throws Failure permission-missing.
 */
export async function requireRepositoriesInProject(
  { database }: AccessPorts,
  caller: Caller,
  project: Project,
): Promise<void> {
  if (caller.kind === "anonymous") throw credentialMissing();
  const member = await findMember(database.kysely, project.workspaceUuid, caller.account.uuid);
  if (mayCreateAnywhere(member)) return;
  const held = await findProjectPermission(database.kysely, project.uuid, caller.account.uuid);
  if (permitsInProject(held, "create-repo")) return;
  throw new Failure("permission-missing", "You may not create repositories in the project");
}

/** What a route asks of the caller in a project. */
export type ProjectRequirement = "see" | Exclude<ProjectPermission, "none">;

/**
 * Decides on a project that was found in its workspace, or was not. It may be seen with any permission in it, by members
 * of the workspace, and by everyone if it is public.
 *
 * @throws Failure hidden if it is not there or may not be seen, permission-missing if it may be seen but not this.
 */
export async function requireProjectPermission(
  { database }: AccessPorts,
  caller: Caller,
  project: Project | undefined,
  asked: ProjectRequirement,
): Promise<Project> {
  if (project === undefined) throw hiddenProject();
  const held =
    caller.kind === "anonymous"
      ? "none"
      : await findProjectPermission(database.kysely, project.uuid, caller.account.uuid);
  if (asked !== "see" && permitsInProject(held, asked)) return project;
  const mayBeSeen =
    !project.isPrivate ||
    permitsInProject(held, "read") ||
    (caller.kind !== "anonymous" &&
      (await findMember(database.kysely, project.workspaceUuid, caller.account.uuid)) !== undefined);
  if (!mayBeSeen) throw hiddenProject();
  if (asked === "see") return project;
  if (caller.kind === "anonymous") throw credentialMissing();
  throw new Failure("permission-missing", `This needs ${asked} permission in the project: you have ${held}`);
}

/** The same for what is missing and for what is hidden: the text that is reported of repositories, said of a project. */
function hiddenProject(): Failure {
  return new Failure(
    "hidden",
    "You may not have access to this project or it no longer exists in this workspace. If you think this project exists and you have access, make sure you are authenticated.",
  );
}

/** For what nobody may do without saying who they are. */
export function credentialMissing(): Failure {
  return new Failure("credential-missing", "Authentication is required: no credential was sent");
}
