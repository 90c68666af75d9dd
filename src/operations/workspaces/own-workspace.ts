import { withoutRefusals } from "../../authorization/token-refusal.ts";
import type { Caller } from "../../model/caller.ts";
import { Failure } from "../../model/failure.ts";
import { parseWorkspaceSlug } from "../../model/slug.ts";
import { parseBracedUuid } from "../../model/uuid.ts";
import { accountWithin, requireAccount, viewerOf } from "../../model/who-acts.ts";
import type { Workspace, WorkspaceRole } from "../../model/workspace.ts";
import type { Ports } from "../../ports.ts";
import { listEffectivePermissions } from "../../storage/sql/permissions/effective-permissions.ts";
import { hasPermissionInAnyProject } from "../../storage/sql/permissions/project-permissions.ts";
import { findAppUser } from "../../storage/sql/tokens/app-users.ts";
import { findMember } from "../../storage/sql/workspaces/members.ts";
import { findWorkspace, listWorkspacesOf } from "../../storage/sql/workspaces/workspaces.ts";

/** The caller's role in a workspace. A collaborator is not a member, but has a permission on something in it. */
export type OwnWorkspace = {
  readonly workspace: Workspace;
  readonly role: WorkspaceRole | "collaborator";
};

/**
 * A workspace to which the caller's account belongs, within the limits of the credential.
 *
 * @throws Failure permission-missing if the account does not belong to it, or there is no such workspace: the reference
 * has 403 for the first and says nothing of the second, and callers must not be able to tell them apart.
 */
export async function getOwnWorkspace(
  { database }: Pick<Ports, "database">,
  caller: Caller,
  identifier: string,
): Promise<OwnWorkspace> {
  const db = database.kysely;
  const uuid = parseBracedUuid(identifier);
  const slug = parseWorkspaceSlug(identifier);
  const selector = uuid === undefined ? slug && { slug } : { uuid };
  const workspace = selector && (await findWorkspace(db, selector));
  if (workspace !== undefined) {
    const { uuid: workspaceUuid } = workspace;
    const account = accountWithin(caller, { workspaceUuid });
    const member = account && (await findMember(db, workspaceUuid, account.uuid));
    if (member !== undefined) return { workspace, role: member.role };
    const viewer = viewerOf(caller);
    const one = { workspaceUuid, viewer, accountUuid: requireAccount(caller).uuid, page: 1, pagelen: 1 };
    const isCollaborator =
      (await listEffectivePermissions(db, one)).size > 0 ||
      (await hasPermissionInAnyProject(db, workspaceUuid, viewer, "read"));
    if (isCollaborator) return { workspace, role: "collaborator" };
  }
  throw new Failure("permission-missing", "You do not have access to the workspace");
}

/**
 * Where something goes that names no workspace, as Bitbucket has personal workspaces for: the one that is called as the account
 * is, else the first by its slug that the account owns, else the first to which it belongs. An app user of a workspace is of
 * that one. A workspace that refuses the credential counts as well, so that the refusal can be told. Undefined: there is none
 * within the limits of the credential.
 */
export async function findHomeWorkspace(
  { database }: Pick<Ports, "database">,
  refused: Caller,
): Promise<Workspace | undefined> {
  const db = database.kysely;
  const caller = withoutRefusals(refused);
  const { uuid, username } = requireAccount(caller);
  const appUser = await findAppUser(db, uuid);
  if (appUser !== undefined)
    return appUser.workspaceUuid && (await findWorkspace(db, { uuid: appUser.workspaceUuid }));
  const slug = parseWorkspaceSlug(username);
  const named = slug === undefined ? undefined : await findWorkspace(db, { slug });
  const isWithin = named !== undefined && accountWithin(caller, { workspaceUuid: named.uuid }) !== undefined;
  if (isWithin && (await findMember(db, named.uuid, uuid)) !== undefined) return named;
  const viewer = viewerOf(caller);
  const one = { page: 1, pagelen: 1 };
  const [owned] = (await listWorkspacesOf(db, viewer, { ...one, administrator: true })).values;
  const [first] = owned === undefined ? (await listWorkspacesOf(db, viewer, one)).values : [owned];
  return first?.workspace;
}
