import { type Kysely, type RawBuilder, type SqlBool, sql } from "kysely";
import { PERMISSIONS, type Permission } from "../../model/permission.ts";
import { inRepositories } from "../../model/project-permission.ts";
import type { Uuid } from "../../model/uuid.ts";
import { upsertExplicitPermission } from "./explicit-permissions.ts";
import type { Schema } from "./schema.ts";

/** The place of a permission in `PERMISSIONS`: the higher, the more it allows. */
export function permissionRank(permission: Permission): number {
  return PERMISSIONS.indexOf(permission);
}

export function permissionOfRank(rank: number | undefined): Permission {
  return PERMISSIONS[rank ?? 0] ?? "none";
}

/** The place of the permission in a column. What only a project permits is mapped by `create-repo`. */
function rankOf(column: string): RawBuilder<number> {
  const ranks = [...PERMISSIONS, "create-repo" as const].map((name) => {
    const permission = name === "create-repo" ? inRepositories(name) : name;
    return sql`when ${sql.lit(name)} then ${sql.lit(permissionRank(permission))}`;
  });
  return sql<number>`case ${sql.ref(column)} ${sql.join(ranks, sql` `)} end`;
}

/** An account by its UUID, or by the column of a query that has it. */
export type AccountReference = string | RawBuilder<string>;

/**
 * The rank of what an account may do in the repository of the row: the highest of what it has as an owner or a member of
 * the workspace, by itself and by its groups in the project, and by itself and by its groups in the repository. This is
 * the one place that says so.
 *
 * For queries that have the table in scope under the name `repository` or another one that is given. Public visibility is
 * not in it. Each part is found by a key: at most as many rows are read as the account and its groups have permissions
 * there.
 */
export function effectiveRank(account: AccountReference, repository = "repository"): RawBuilder<number> {
  const column = (name: string) => sql.ref(`${repository}.${name}`);
  return sql<number>`coalesce((
    select max(held.permission_rank) from (
      select case workspace_member.role when 'owner' then ${sql.lit(permissionRank("admin"))}
        else ${rankOf("workspace_member.repository_permission")} end as permission_rank
        from workspace_member
        where workspace_member.workspace_uuid = ${column("workspace_uuid")}
          and workspace_member.account_uuid = ${account}
      union all
      select ${rankOf("project_permission.permission")} from project_permission
        where project_permission.project_uuid = ${column("project_uuid")}
          and project_permission.account_uuid = ${account}
      union all
      select ${rankOf("project_group_permission.permission")} from project_group_permission
        inner join group_member on group_member.group_uuid = project_group_permission.group_uuid
        where project_group_permission.project_uuid = ${column("project_uuid")}
          and group_member.account_uuid = ${account}
      union all
      select ${rankOf("repository_permission.permission")} from repository_permission
        where repository_permission.repository_uuid = ${column("uuid")}
          and repository_permission.account_uuid = ${account}
      union all
      select ${rankOf("repository_group_permission.permission")} from repository_group_permission
        inner join group_member on group_member.group_uuid = repository_group_permission.group_uuid
        where repository_group_permission.repository_uuid = ${column("uuid")}
          and group_member.account_uuid = ${account}
    ) as held
  ), 0)`;
}

/** Whether a viewer may see the repository of the row. Undefined: someone anonymous, who sees what is public. */
export function isVisible(viewerUuid: Uuid | undefined, repository = "repository"): RawBuilder<SqlBool> {
  const isPublic = sql<SqlBool>`${sql.ref(`${repository}.is_private`)} = 0`;
  if (viewerUuid === undefined) return isPublic;
  const rank = effectiveRank(viewerUuid, repository);
  return sql<SqlBool>`(${isPublic} or ${rank} >= ${sql.lit(permissionRank("read"))})`;
}

/** The statement behind `findPermission`, for preparing. */
export function permissionQuery(db: Kysely<Schema>, repositoryUuid: string, accountUuid: string) {
  return db
    .selectFrom("repository")
    .select(effectiveRank(accountUuid).as("permission_rank"))
    .where("repository.uuid", "=", repositoryUuid);
}

/** What an account holds by membership. Whether the repository is public is for the caller of this to know. */
export async function findPermission(
  db: Kysely<Schema>,
  repositoryUuid: Uuid,
  accountUuid: Uuid,
): Promise<Permission> {
  const row = await permissionQuery(db, repositoryUuid, accountUuid).executeTakeFirst();
  return permissionOfRank(row?.permission_rank);
}

/** Gives an account a permission in one repository, in place of the one it has there. */
export async function upsertRepositoryPermission(
  db: Kysely<Schema>,
  repositoryUuid: Uuid,
  accountUuid: Uuid,
  permission: Permission,
): Promise<void> {
  const holder = { kind: "account", uuid: accountUuid } as const;
  await upsertExplicitPermission(db, { kind: "repository", uuid: repositoryUuid }, holder, permission);
}
