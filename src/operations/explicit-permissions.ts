import type { Account } from "../model/account.ts";
import { Failure, invalidField } from "../model/failure.ts";
import type { ProjectPermission } from "../model/project-permission.ts";
import type { Workspace } from "../model/workspace.ts";
import type { Ports } from "../ports.ts";
import {
  deleteExplicitPermission,
  type PermissionHolder,
  type PermissionPlace,
  upsertExplicitPermission,
} from "../storage/sql/explicit-permissions.ts";
import { findMember } from "../storage/sql/workspaces.ts";

type DatabasePort = Pick<Ports, "database">;

/**
 * Gives an account a permission in a repository or a project, in place of the one it has there.
 *
 * @throws Failure invalid-input, since "the selected user must be a member of the workspace, and cannot be the workspace
 * owner" (the reference).
 */
export async function setAccountPermission(
  { database }: DatabasePort,
  workspace: Workspace,
  place: PermissionPlace,
  account: Account,
  permission: Exclude<ProjectPermission, "none">,
): Promise<void> {
  const member = await findMember(database.kysely, workspace.uuid, account.uuid);
  if (member === undefined) throw invalidField("selected_user_id", "is not a member of the workspace");
  if (member.role === "owner")
    throw invalidField("selected_user_id", "owns the workspace, and so may do everything in it");
  await upsertExplicitPermission(database.kysely, place, { kind: "account", uuid: account.uuid }, permission);
}

/** @throws Failure not-found if the holder has no permission of its own there. */
export async function removePermission(
  { database }: DatabasePort,
  place: PermissionPlace,
  holder: PermissionHolder,
): Promise<void> {
  if (await deleteExplicitPermission(database.kysely, place, holder)) return;
  const who = holder.kind === "account" ? "user" : "group";
  throw new Failure("not-found", `The ${who} has no permission of its own in this ${place.kind}`);
}
