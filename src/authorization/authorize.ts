import type { Caller } from "../model/caller.ts";
import { Failure } from "../model/failure.ts";
import { type Permission, permits } from "../model/permission.ts";
import type { Repository } from "../model/repository.ts";
import { isBitbucketScope, missingScopes, type Scope } from "../model/scope.ts";
import type { Workspace, WorkspaceMember } from "../model/workspace.ts";
import type { Ports } from "../ports.ts";
import { listRepositories } from "../storage/sql/repositories.ts";
import { findMember } from "../storage/sql/workspaces.ts";

/** Recorded text of Bitbucket, the same for what is missing and for what is hidden. */
export const HIDDEN_REPOSITORY =
  "You may not have access to this repository or it no longer exists in this workspace. If you think this repository exists and you have access, make sure you are authenticated.";

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
  { database }: Pick<Ports, "database">,
  caller: Caller,
  repository: Repository,
): Promise<Permission> {
  const byVisibility: Permission = repository.isPrivate ? "none" : "read";
  if (caller.kind === "anonymous") return byVisibility;
  const byMembership = await database.lookups.findPermission(repository.uuid, caller.account.uuid);
  return permits(byMembership, byVisibility) ? byMembership : byVisibility;
}

export async function maySee(
  ports: Pick<Ports, "database">,
  caller: Caller,
  repository: Repository,
): Promise<boolean> {
  return permits(await heldPermission(ports, caller, repository), "read");
}

/**
 * Decides on a repository that was found, or was not.
 *
 * @throws Failure hidden if it is not there or may not be seen, permission-missing if it may be seen but not this.
 */
export async function requireRepositoryPermission(
  ports: Pick<Ports, "database">,
  caller: Caller,
  repository: Repository | undefined,
  asked: Permission,
): Promise<Repository> {
  const held = repository === undefined ? "none" : await heldPermission(ports, caller, repository);
  if (repository === undefined || !permits(held, "read")) throw new Failure("hidden", HIDDEN_REPOSITORY);
  if (permits(held, asked)) return repository;
  if (caller.kind === "anonymous") throw credentialMissing();
  throw new Failure(
    "permission-missing",
    `This needs ${asked} permission on the repository: you have ${held}`,
  );
}

/** What a route asks of the caller's place in a workspace. */
export type WorkspacePermission = "see" | "create-repository" | "own";

/** @throws Failure hidden if there is no such workspace or it may not be seen, permission-missing if it may be seen. */
export async function requireWorkspacePermission(
  { database }: Pick<Ports, "database">,
  caller: Caller,
  workspace: Workspace | undefined,
  identifier: string,
  asked: WorkspacePermission,
): Promise<Workspace> {
  const member =
    workspace === undefined || caller.kind === "anonymous"
      ? undefined
      : await findMember(database.kysely, workspace.uuid, caller.account.uuid);
  const mayBeSeen =
    workspace !== undefined &&
    (!workspace.isPrivate ||
      member !== undefined ||
      (await hasVisibleRepository(database, workspace, caller)));
  if (workspace === undefined || !mayBeSeen) {
    throw new Failure("hidden", `No workspace with identifier '${identifier}'.`);
  }
  if (asked === "see" || isAllowed(member, asked)) return workspace;
  if (caller.kind === "anonymous") throw credentialMissing();
  throw new Failure("permission-missing", "You do not have the permission for this in the workspace");
}

/** A private workspace is no secret to those who may see one of its repositories: each of them names it. */
async function hasVisibleRepository(
  database: Ports["database"],
  workspace: Workspace,
  caller: Caller,
): Promise<boolean> {
  const { size } = await listRepositories(database.kysely, {
    workspaceUuid: workspace.uuid,
    viewerUuid: caller.kind === "anonymous" ? undefined : caller.account.uuid,
    page: 1,
    pagelen: 1,
  });
  return size > 0;
}

function isAllowed(member: WorkspaceMember | undefined, asked: "create-repository" | "own"): boolean {
  if (member === undefined) return false;
  if (member.role === "owner") return true;
  return asked === "create-repository" && member.repositoryPermission === "admin";
}

/** For what nobody may do without saying who they are. */
export function credentialMissing(): Failure {
  return new Failure("credential-missing", "Authentication is required: no credential was sent");
}
