import type { Kysely } from "kysely";
import type { Account } from "../model/account.ts";
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
import type { Ports } from "../ports.ts";
import type { Lookups } from "../storage/sql/lookups/lookups.ts";
import {
  findProjectPermission,
  hasPermissionInAnyProject,
} from "../storage/sql/permissions/project-permissions.ts";
import { listProjects } from "../storage/sql/projects/projects.ts";
import { listRepositories } from "../storage/sql/repositories/repositories.ts";
import type { Schema } from "../storage/sql/schema.ts";
import { listSnippets } from "../storage/sql/snippets/snippets.ts";
import { findAppUser } from "../storage/sql/tokens/app-users.ts";
import { findMember } from "../storage/sql/workspaces/members.ts";
import {
  administrationRefusal,
  privateContentRefused,
  privateRefusal,
  projectAdministrationRefusal,
} from "./private-content.ts";
import { isRefusedBy, tokenRefused, withoutRefusals } from "./token-refusal.ts";

/** Recorded text of Bitbucket, the same for a missing and for a hidden repository. */
export const HIDDEN_REPOSITORY =
  "You may not have access to this repository or it no longer exists in this workspace. If you think this repository exists and you have access, make sure you are authenticated.";

/** Where decisions are read from: committed data, or the view of an open transaction. */
export type AccessPorts = {
  readonly database: {
    readonly kysely: Kysely<Schema>;
    readonly lookups: Pick<Lookups, "findPermission">;
  };
  readonly interception?: Ports["interception"];
};

/**
 * Checks the scopes of the credential. Anonymous callers need no scopes: visibility decides what they may see.
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

/** The caller's effective permission: by membership, or read for everyone if the repository is public. */
export async function heldPermission(
  { database }: AccessPorts,
  caller: Caller,
  repository: Repository,
): Promise<Permission> {
  if (!reaches(caller, locationOfRepository(repository))) return "none";
  const account = accountOf(caller);
  const byMembership =
    account === undefined ? "none" : database.lookups.findPermission(repository.uuid, account.uuid);
  return withVisibility(byMembership instanceof Promise ? await byMembership : byMembership, repository);
}

function withVisibility(byMembership: Permission, { isPrivate }: Pick<Repository, "isPrivate">): Permission {
  const byVisibility: Permission = isPrivate ? "none" : "read";
  return permits(byMembership, byVisibility) ? byMembership : byVisibility;
}

export async function maySee(ports: AccessPorts, caller: Caller, repository: Repository): Promise<boolean> {
  return permits(await heldPermission(ports, caller, repository), "read");
}

/**
 * Decides on access to a repository, which may not exist.
 *
 * @throws Failure hidden if it does not exist or may not be seen, token-refused if it may be seen but not by this
 * credential, permission-missing if it may be seen but the permission is not enough.
 */
export async function requireRepositoryPermission(
  ports: AccessPorts,
  caller: Caller,
  repository: Repository | undefined,
  asked: Permission,
): Promise<Repository> {
  if (repository !== undefined && isRefusedBy(caller, repository.workspace.uuid)) {
    await requireRepositoryPermission(ports, withoutRefusals(caller), repository, "read");
    throw await tokenRefused(ports.database.kysely, caller, repository.workspace.uuid);
  }
  const closed = repository && privateRefusal(caller, locationOfRepository(repository));
  if (closed !== undefined) {
    await requireRepositoryPermission(ports, withoutRefusals(caller), repository, "read");
    throw privateContentRefused(closed);
  }
  const held = repository === undefined ? "none" : await heldPermission(ports, caller, repository);
  if (repository === undefined) throw new Failure("hidden", HIDDEN_REPOSITORY);
  requireHeld(caller, held, asked);
  return repository;
}

/** A repository with the permission that the caller has by membership. */
export type HeldRepository = {
  readonly uuid: Uuid;
  readonly projectUuid: Uuid;
  readonly workspaceUuid: Uuid;
  readonly isPrivate: boolean;
  readonly held: Permission;
};

/** The same for a repository whose permission by membership is known. */
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

/** The failure for a missing permission. An anonymous caller is asked for a credential instead. */
function permissionMissing(caller: Caller, message: string): Failure {
  return accountOf(caller) === undefined ? credentialMissing() : new Failure("permission-missing", message);
}

/**
 * The role in a workspace that a route requires. `create-repository` is checked before the project is known: it is
 * enough that the caller may create repositories in some project.
 */
export type WorkspacePermission = "see" | "belong" | "create-repository" | "own";

/**
 * @throws Failure hidden if the workspace does not exist or may not be seen, token-refused or permission-missing if it may
 * be seen.
 */
export async function requireWorkspacePermission(
  ports: AccessPorts,
  caller: Caller,
  workspace: Workspace | undefined,
  identifier: string,
  asked: WorkspacePermission,
): Promise<Workspace> {
  if (workspace !== undefined && isRefusedBy(caller, workspace.uuid)) {
    await requireWorkspacePermission(ports, withoutRefusals(caller), workspace, identifier, "see");
    throw await tokenRefused(ports.database.kysely, caller, workspace.uuid);
  }
  const member =
    workspace && (await findCallersMember(ports.database, caller, { workspaceUuid: workspace.uuid }));
  if (workspace === undefined || !(await mayBeSeen(ports.database, workspace, caller, member))) {
    throw new Failure("hidden", `No workspace with identifier '${identifier}'.`);
  }
  if (asked === "own" || asked === "create-repository") {
    const closed = administrationRefusal(caller, workspace.uuid);
    if (closed !== undefined) throw privateContentRefused(closed);
  }
  if (await isAllowed(ports.database, workspace, caller, member, asked)) return workspace;
  throw permissionMissing(caller, "You do not have the permission for this in the workspace");
}

/** The caller's membership in a workspace, if the credential reaches the location. */
export async function findCallersMember(
  { kysely }: AccessPorts["database"],
  caller: Caller,
  location: Location,
): Promise<WorkspaceMember | undefined> {
  const account = accountWithin(caller, location);
  if (account === undefined) return undefined;
  return account.kind === "user"
    ? findMember(kysely, location.workspaceUuid, account.uuid)
    : findWorkspacesAppUser(kysely, location.workspaceUuid, account);
}

/** An app user of a whole workspace may there what its owners may, as far as its scopes go. */
async function findWorkspacesAppUser(
  db: Kysely<Schema>,
  workspaceUuid: Uuid,
  { uuid }: Account,
): Promise<WorkspaceMember | undefined> {
  const appUser = await findAppUser(db, uuid);
  return appUser?.workspaceUuid === workspaceUuid
    ? { accountUuid: uuid, role: "owner", repositoryPermission: "admin" }
    : undefined;
}

/**
 * A private workspace is visible to those who may see one of its projects, repositories or snippets, since each of them
 * names it.
 */
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
  if ((await listProjects(database.kysely, one)).size > 0) return true;
  return (await listSnippets(database.kysely, one)).size > 0;
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
 * Decides whether a repository may be created in a project or moved into it.
 *
 * @throws Failure permission-missing.
 */
export async function requireRepositoriesInProject(
  { database }: AccessPorts,
  caller: Caller,
  project: Project,
): Promise<void> {
  requireAccount(caller);
  if (isRefusedBy(caller, project.workspaceUuid))
    throw await tokenRefused(database.kysely, caller, project.workspaceUuid);
  if (mayCreateAnywhere(await findCallersMember(database, caller, locationOfProject(project)))) return;
  if (permitsInProject(await heldInProject(database, caller, project), "create-repo")) return;
  throw new Failure("permission-missing", "You may not create repositories in the project");
}

/** The permission in a project that a route requires. */
export type ProjectRequirement = "see" | Exclude<ProjectPermission, "none">;

/**
 * Decides on access to a project of a workspace, which may not exist. It is visible with any permission in it, to
 * members of the workspace, and to everyone if it is public.
 *
 * @throws Failure hidden if it does not exist or may not be seen, token-refused if it may be seen but not by this
 * credential, permission-missing if it may be seen but the permission is not enough.
 */
export async function requireProjectPermission(
  { database }: AccessPorts,
  caller: Caller,
  project: Project | undefined,
  asked: ProjectRequirement,
): Promise<Project> {
  if (project !== undefined && isRefusedBy(caller, project.workspaceUuid)) {
    await requireProjectPermission({ database }, withoutRefusals(caller), project, "see");
    throw await tokenRefused(database.kysely, caller, project.workspaceUuid);
  }
  if (project === undefined || !reaches(caller, locationOfProject(project))) throw hiddenProject();
  const closed = asked === "admin" ? projectAdministrationRefusal(caller, project.workspaceUuid) : undefined;
  if (closed !== undefined) {
    await requireProjectPermission({ database }, caller, project, "see");
    throw privateContentRefused(closed);
  }
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

export async function maySeeProject(ports: AccessPorts, caller: Caller, project: Project): Promise<boolean> {
  try {
    await requireProjectPermission(ports, caller, project, "see");
    return true;
  } catch (error) {
    if (error instanceof Failure) return false;
    throw error;
  }
}

async function heldInProject(
  { kysely }: AccessPorts["database"],
  caller: Caller,
  project: Project,
): Promise<ProjectPermission> {
  const account = accountWithin(caller, locationOfProject(project));
  return account === undefined ? "none" : findProjectPermission(kysely, project.uuid, account.uuid);
}

/**
 * The same for a missing and for a hidden project: the text that is reported for repositories, applied to a project.
 */
function hiddenProject(): Failure {
  return new Failure(
    "hidden",
    "You may not have access to this project or it no longer exists in this workspace. If you think this project exists and you have access, make sure you are authenticated.",
  );
}
