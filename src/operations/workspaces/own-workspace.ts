import type { Account } from "../../model/account.ts";
import { Failure } from "../../model/failure.ts";
import { parseWorkspaceSlug } from "../../model/slug.ts";
import { parseBracedUuid } from "../../model/uuid.ts";
import type { Workspace, WorkspaceRole } from "../../model/workspace.ts";
import type { Ports } from "../../ports.ts";
import { listEffectivePermissions } from "../../storage/sql/permissions/effective-permissions.ts";
import { hasPermissionInAnyProject } from "../../storage/sql/permissions/project-permissions.ts";
import { findMember, findWorkspace } from "../../storage/sql/workspaces/workspaces.ts";

/** What an account is in a workspace. A collaborator is no member, and has a permission in something of it. */
export type OwnWorkspace = {
  readonly workspace: Workspace;
  readonly role: WorkspaceRole | "collaborator";
};

/**
 * A workspace that an account has to do with.
 *
 * @throws Failure permission-missing if it has not, or there is no such workspace: the reference has 403 for the one and
 * nothing for the other, and they are not told apart.
 */
export async function getOwnWorkspace(
  { database }: Pick<Ports, "database">,
  account: Account,
  identifier: string,
): Promise<OwnWorkspace> {
  const db = database.kysely;
  const uuid = parseBracedUuid(identifier);
  const slug = parseWorkspaceSlug(identifier);
  const selector = uuid === undefined ? slug && { slug } : { uuid };
  const workspace = selector && (await findWorkspace(db, selector));
  if (workspace !== undefined) {
    const member = await findMember(db, workspace.uuid, account.uuid);
    if (member !== undefined) return { workspace, role: member.role };
    const one = { workspaceUuid: workspace.uuid, accountUuid: account.uuid, page: 1, pagelen: 1 };
    const isCollaborator =
      (await listEffectivePermissions(db, one)).size > 0 ||
      (await hasPermissionInAnyProject(db, workspace.uuid, account.uuid, "read"));
    if (isCollaborator) return { workspace, role: "collaborator" };
  }
  throw new Failure("permission-missing", "You do not have access to the workspace");
}
