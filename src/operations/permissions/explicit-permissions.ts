import type { Kysely } from "kysely";
import type { Account } from "../../model/account.ts";
import type { AuditSubject } from "../../model/audit.ts";
import { Failure, invalidField } from "../../model/failure.ts";
import type { Group } from "../../model/group.ts";
import type { ProjectPermission } from "../../model/project-permission.ts";
import type { Workspace } from "../../model/workspace.ts";
import type { By } from "../../ports.ts";
import { lockRows } from "../../storage/sql/lock-rows.ts";
import {
  deleteExplicitPermission,
  type Grantee,
  type PermissionTarget,
  upsertExplicitPermission,
} from "../../storage/sql/permissions/explicit-permissions.ts";
import type { Schema } from "../../storage/sql/schema.ts";
import { TAKES_ACCESS } from "../../storage/sql/transaction-options.ts";
import { findMember } from "../../storage/sql/workspaces/members.ts";

/** Where a permission is given, with the name of the target that people see. */
export type NamedTarget = PermissionTarget & AuditSubject;

/**
 * Gives an account a permission in a repository or a project, replacing the one it has there.
 *
 * @throws Failure invalid-input, since "the selected user must be a member of the workspace, and cannot be the
 * workspace owner" (the reference).
 */
export async function setAccountPermission(
  by: By,
  workspace: Workspace,
  target: NamedTarget,
  account: Account,
  permission: Exclude<ProjectPermission, "none">,
): Promise<void> {
  const grantee = { kind: "account", uuid: account.uuid } as const;
  await setPermission(by, target, grantee, permission, async (tx) => {
    const member = await findMember(tx, workspace.uuid, account.uuid);
    if (member === undefined) throw invalidField("selected_user_id", "is not a member of the workspace");
    if (member.role === "owner")
      throw invalidField("selected_user_id", "owns the workspace, and so may do everything in it");
  });
}

/** Gives a group of the workspace a permission in a repository or a project, replacing the one it has there. */
export async function setGroupPermission(
  by: By,
  target: NamedTarget,
  group: Group,
  permission: Exclude<ProjectPermission, "none">,
): Promise<void> {
  await setPermission(by, target, { kind: "group", uuid: group.uuid }, permission);
}

/**
 * For the operator, who may give any account any permission, `none` included; for others, if `check` does not throw in
 * the transaction.
 */
export async function setPermission(
  by: By,
  target: NamedTarget,
  grantee: Grantee,
  permission: ProjectPermission,
  check?: (tx: Kysely<Schema>) => Promise<void>,
): Promise<void> {
  await by.transaction(async (tx, record) => {
    await lockTarget(tx, target);
    await check?.(tx);
    await upsertExplicitPermission(tx, target, grantee, permission);
    record.audit("permission.set", target, { ...granteeDetails(grantee), permission });
  }, TAKES_ACCESS);
}

/** All writers lock this row, so their permissions are checked either before this change or after it. */
async function lockTarget(tx: Kysely<Schema>, { kind, uuid }: NamedTarget): Promise<void> {
  await lockRows(tx, [{ table: kind, uuid, strength: "update" }]);
}

function granteeDetails({ kind, uuid }: Grantee) {
  return kind === "account" ? { account: uuid } : { group_uuid: uuid };
}

/** @throws Failure not-found if the grantee has no permission of its own there. */
export async function removePermission(by: By, target: NamedTarget, grantee: Grantee): Promise<void> {
  await by.transaction(async (tx, record) => {
    await lockTarget(tx, target);
    if (!(await deleteExplicitPermission(tx, target, grantee))) {
      const who = grantee.kind === "account" ? "user" : "group";
      throw new Failure("not-found", `The ${who} has no permission of its own in this ${target.kind}`);
    }
    record.audit("permission.removed", target, granteeDetails(grantee));
  }, TAKES_ACCESS);
}
