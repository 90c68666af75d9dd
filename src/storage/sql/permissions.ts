import { type Kysely, type RawBuilder, sql } from "kysely";
import { PERMISSIONS, type Permission } from "../../model/permission.ts";
import type { Uuid } from "../../model/uuid.ts";
import type { Schema } from "./schema.ts";

/** The place of a permission in `PERMISSIONS`: the higher, the more it allows. */
export function permissionRank(permission: Permission): number {
  return PERMISSIONS.indexOf(permission);
}

export function permissionOfRank(rank: number | undefined): Permission {
  return PERMISSIONS[rank ?? 0] ?? "none";
}

function rankOf(column: string): RawBuilder<number> {
  const cases = PERMISSIONS.map((name, rank) => sql`when ${sql.lit(name)} then ${sql.lit(rank)}`);
  return sql<number>`case ${sql.ref(column)} ${sql.join(cases, sql` `)} end`;
}

/**
 * The rank of what an account may do in the repository of the row: the highest of what it has as an owner or a member of
 * the workspace, in the project, and in the repository itself. This is the one place that says so.
 *
 * For queries with the table `repository` in scope. Public visibility is not in it.
 */
export function effectiveRank(accountUuid: string): RawBuilder<number> {
  return sql<number>`coalesce((
    select max(held.permission_rank) from (
      select case workspace_member.role when 'owner' then ${sql.lit(permissionRank("admin"))}
        else ${rankOf("workspace_member.repository_permission")} end as permission_rank
        from workspace_member
        where workspace_member.workspace_uuid = repository.workspace_uuid
          and workspace_member.account_uuid = ${accountUuid}
      union all
      select ${rankOf("project_permission.permission")} from project_permission
        where project_permission.project_uuid = repository.project_uuid
          and project_permission.account_uuid = ${accountUuid}
      union all
      select ${rankOf("repository_permission.permission")} from repository_permission
        where repository_permission.repository_uuid = repository.uuid
          and repository_permission.account_uuid = ${accountUuid}
    ) as held
  ), 0)`;
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
  await db
    .insertInto("repository_permission")
    .values({ repository_uuid: repositoryUuid, account_uuid: accountUuid, permission })
    .onConflict((conflict) =>
      conflict.columns(["repository_uuid", "account_uuid"]).doUpdateSet({ permission }),
    )
    .execute();
}
