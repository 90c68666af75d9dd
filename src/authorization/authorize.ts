import type { Kysely } from "kysely";
import { type Location, locationOfProject, locationOfRepository } from "../model/bound.ts";
import type { Caller } from "../model/caller.ts";
import { credentialMissing, Failure } from "../model/failure.ts";
import { type Permission, permits } from "../model/permission.ts";
import { type ProjectPermission, permitsInProject } from "../model/project-permission.ts";
import type { Repository } from "../model/repository.ts";
import { isBitbucketScope } from "../model/scope.ts";
import { compareScopes, grantedNames, type Requirement } from "../model/scope-set.ts";
import type { Uuid } from "../model/uuid.ts";
import { accountOf, accountWithin, reaches, requireAccount, viewerOf } from "../model/who-acts.ts";
import type { Project, Workspace, WorkspaceMember } from "../model/workspace.ts";
import type { Lookups } from "../storage/sql/lookups/lookups.ts";
import {
  findProjectPermission,
  hasPermissionInAnyProject,
} from "../storage/sql/permissions/project-permissions.ts";
import { listProjects } from "../storage/sql/projects/projects.ts";
import { listRepositories } from "../storage/sql/repositories/repositories.ts";
import type { Schema } from "../storage/sql/schema.ts";
import { findMember } from "../storage/sql/workspaces/members.ts";

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
export function requireScopes(caller: Caller, requirement: Requirement): void {
  if (caller.kind === "anonymous") return;
  const { scopes } = caller.credential;
  if (scopes.vocabulary === "api-token" && !scopes.granted.some(isBitbucketScope)) {
    throw new Failure("no-bitbucket-scopes", "API Token provided has no Bitbucket scopes.");
  }
  const { required, missing } = compareScopes(requirement, scopes);
  if (missing.length === 0) return;
  throw new Failure("scope-missing", "Your credentials lack one or more required privilege scopes.", {
    detail: { required, granted: grantedNames(scopes) },
    reason: `missing ${missing.join(", ")}`,
  });
}

/** The permission that the caller really has: membership, and read for everyone where the repository is public. */
export async function heldPermission(
  { database }: AccessPorts,
  caller: Caller,
  repository: Repository,
): Promise<Permission> {
  if (!reaches(caller, locationOfRepository(repository))) return "none";
  const account = accountOf(caller);
  const byMembership =
    account === undefined ? "none" : await database.lookups.findPermission(repository.uuid, account.uuid);
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

/** A repository of which it is known what is held there by membership. */
export type HeldRepository = {
  readonly uuid: Uuid;
  readonly projectUuid: Uuid;
  readonly workspaceUuid: Uuid;
  readonly isPrivate: boolean;
  readonly held: Permission;
};

/** The same for a repository of which it is known what is held there by membership. */
export function requireHeldPermission(
  caller: Caller,
  repository: HeldRepository | undefined,
  asked: Permission,
): void {
  if (repository === undefined || !reaches(caller, { ...repository, repositoryUuid: repository.uuid }))
    throw new Failure("hidden", HIDDEN_REPOSITORY);
  requireHeld(caller, withVisibility(repository.held, repository), asked);
}

function requireHeld(caller: Caller, held: Permission, asked: Permission): void {
  if (!permits(held, "read")) throw new Failure("hidden", HIDDEN_REPOSITORY);
  if (permits(held, asked)) return;
  throw permissionMissing(caller, `This needs ${asked} permission on the repository: you have ${held}`);
}

/** What is refused to an account for want of permission; who has sent no credential is asked for one. */
function permissionMissing(caller: Caller, message: string): Failure {
  return accountOf(caller) === undefined ? credentialMissing() : new Failure("permission-missing", message);
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
    workspace && (await findCallersMember(ports.database, caller, { workspaceUuid: workspace.uuid }));
  if (workspace === undefined || !(await mayBeSeen(ports.database, workspace, caller, member))) {
    throw new Failure("hidden", `No workspace with identifier '${identifier}'.`);
  }
  if (await isAllowed(ports.database, workspace, caller, member, asked)) return workspace;
  throw permissionMissing(caller, "You do not have the permission for this in the workspace");
}

/** The membership in the workspace of the place, if the credential counts there. */
async function findCallersMember(
  { kysely }: AccessPorts["database"],
  caller: Caller,
  location: Location,
): Promise<WorkspaceMember | undefined> {
  const account = accountWithin(caller, location);
  return account && findMember(kysely, location.workspaceUuid, account.uuid);
}

/** A private workspace is no secret to those who may see a project or a repository of it: each of them names it. */
async function mayBeSeen(
  database: AccessPorts["database"],
  workspace: Workspace,
  caller: Caller,
  member: WorkspaceMember | undefined,
): Promise<boolean> {
  if (member !== undefined) return true;
  if (!workspace.isPrivate && reaches(caller, { workspaceUuid: workspace.uuid })) return true;
  const one = { workspaceUuid: workspace.uuid, viewer: viewerOf(caller), page: 1, pagelen: 1 };
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
      return (
        mayCreateAnywhere(member) ||
        (await hasPermissionInAnyProject(database.kysely, workspace.uuid, viewerOf(caller), "create-repo"))
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
  requireAccount(caller);
  if (mayCreateAnywhere(await findCallersMember(database, caller, locationOfProject(project)))) return;
  if (permitsInProject(await heldInProject(database, caller, project), "create-repo")) return;
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
  if (project === undefined || !reaches(caller, locationOfProject(project))) throw hiddenProject();
  const held = await heldInProject(database, caller, project);
  if (asked !== "see" && permitsInProject(held, asked)) return project;
  const mayBeSeen =
    !project.isPrivate ||
    permitsInProject(held, "read") ||
    (await findCallersMember(database, caller, locationOfProject(project))) !== undefined;
  if (!mayBeSeen) throw hiddenProject();
  if (asked === "see") return project;
  throw permissionMissing(caller, `This needs ${asked} permission in the project: you have ${held}`);
}

async function heldInProject(
  { kysely }: AccessPorts["database"],
  caller: Caller,
  project: Project,
): Promise<ProjectPermission> {
  const account = accountWithin(caller, locationOfProject(project));
  return account === undefined ? "none" : findProjectPermission(kysely, project.uuid, account.uuid);
}

/** The same for what is missing and for what is hidden: the text that is reported of repositories, said of a project. */
function hiddenProject(): Failure {
  return new Failure(
    "hidden",
    "You may not have access to this project or it no longer exists in this workspace. If you think this project exists and you have access, make sure you are authenticated.",
  );
}
