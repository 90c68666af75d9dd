import { type Kysely, type RawBuilder, sql } from "kysely";
import type { Viewer } from "../../../model/caller.ts";
import { PROJECT_PERMISSIONS, type ProjectPermission } from "../../../model/project-permission.ts";
import type { Uuid } from "../../../model/uuid.ts";
import { isProjectWithin } from "../bound.ts";
import type { Schema } from "../schema.ts";
import { upsertExplicitPermission } from "./explicit-permissions.ts";

/** The index of a permission in `PROJECT_PERMISSIONS`: a higher one allows more. */
export function projectPermissionRank(permission: ProjectPermission): number {
  return PROJECT_PERMISSIONS.indexOf(permission);
}

function rankOf(column: string): RawBuilder<number> {
  const cases = PROJECT_PERMISSIONS.map((name, rank) => sql`when ${sql.lit(name)} then ${sql.lit(rank)}`);
  return sql<number>`case ${sql.ref(column)} ${sql.join(cases, sql` `)} end`;
}

/**
 * The rank of the account's permission in the project of the row: the highest for an owner of the workspace, else the
 * highest of its own permission and those of its groups. This is the only place with this rule. A member's default for
 * repositories is not included. An app user is an administrator in its project, and in all of its workspace.
 *
 * For queries with the table `project` in scope.
 */
export function effectiveProjectRank(accountUuid: string): RawBuilder<number> {
  return sql<number>`coalesce((
    select max(held.permission_rank) from (
      select ${sql.lit(projectPermissionRank("admin"))} as permission_rank from workspace_member
        where workspace_member.workspace_uuid = project.workspace_uuid
          and workspace_member.account_uuid = ${accountUuid} and workspace_member.role = 'owner'
      union all
      select ${rankOf("project_permission.permission")} from project_permission
        where project_permission.project_uuid = project.uuid
          and project_permission.account_uuid = ${accountUuid}
      union all
      select ${rankOf("project_group_permission.permission")} from project_group_permission
        inner join group_member on group_member.group_uuid = project_group_permission.group_uuid
        where project_group_permission.project_uuid = project.uuid
          and group_member.account_uuid = ${accountUuid}
      union all
      select ${sql.lit(projectPermissionRank("admin"))} from app_user where app_user.account_uuid = ${accountUuid}
        and (app_user.project_uuid = project.uuid or app_user.workspace_uuid = project.workspace_uuid)
    ) as held
  ), 0)`;
}

export async function findProjectPermission(
  db: Kysely<Schema>,
  projectUuid: Uuid,
  accountUuid: Uuid,
): Promise<ProjectPermission> {
  const row = await db
    .selectFrom("project")
    .select(effectiveProjectRank(accountUuid).as("permission_rank"))
    .where("project.uuid", "=", projectUuid)
    .executeTakeFirst();
  return PROJECT_PERMISSIONS[row?.permission_rank ?? 0] ?? "none";
}

/** Whether a viewer has at least `permission` in any project of a workspace. Anonymous viewers never have. */
export async function hasPermissionInAnyProject(
  db: Kysely<Schema>,
  workspaceUuid: Uuid,
  viewer: Viewer,
  permission: ProjectPermission,
): Promise<boolean> {
  if (viewer.kind === "anonymous") return false;
  const row = await db
    .selectFrom("project")
    .select("project.uuid")
    .where("project.workspace_uuid", "=", workspaceUuid)
    .where(effectiveProjectRank(viewer.accountUuid), ">=", projectPermissionRank(permission))
    .where(isProjectWithin(viewer.bound))
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

/** Gives an account a permission in a project and all its repositories, replacing the one it has there. */
export async function upsertProjectPermission(
  db: Kysely<Schema>,
  projectUuid: Uuid,
  accountUuid: Uuid,
  permission: ProjectPermission,
): Promise<void> {
  const grantee = { kind: "account", uuid: accountUuid } as const;
  await upsertExplicitPermission(db, { kind: "project", uuid: projectUuid }, grantee, permission);
}
