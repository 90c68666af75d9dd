import { type Kysely, sql } from "kysely";
import type { ProjectPermission } from "../../../model/project-permission.ts";
import type { Repository } from "../../../model/repository.ts";
import type { Uuid } from "../../../model/uuid.ts";
import type { Schema } from "../schema.ts";

/** One way by which an account has a permission in a repository. */
export type PermissionSource = {
  readonly accountUuid: Uuid;
  readonly kind: "owner" | "member" | "project" | "project-group" | "repository" | "repository-group";
  readonly permission: ProjectPermission;
  /** The name of the group, where it comes from one. */
  readonly group: string | undefined;
};

type Row = { account_uuid: string; kind: string; permission: string; group_name: string | null };

/** All ways by which these accounts have a permission in a repository, as `permissions.ts` counts them: one statement. */
export async function listPermissionSources(
  db: Kysely<Schema>,
  { uuid, project, workspace }: Pick<Repository, "uuid" | "project" | "workspace">,
  accountUuids: readonly Uuid[],
): Promise<readonly PermissionSource[]> {
  if (accountUuids.length === 0) return [];
  const among = sql.join(accountUuids);
  const { rows } = await sql<Row>`
    select account_uuid, case role when 'owner' then 'owner' else 'member' end as kind,
      case role when 'owner' then 'admin' else repository_permission end as permission, null as group_name
      from workspace_member where workspace_uuid = ${workspace.uuid} and account_uuid in (${among})
    union all select account_uuid, 'project', permission, null from project_permission
      where project_uuid = ${project.uuid} and account_uuid in (${among})
    union all select group_member.account_uuid, 'project-group', given.permission, workspace_group.name
      from project_group_permission as given
      inner join workspace_group on workspace_group.uuid = given.group_uuid
      inner join group_member on group_member.group_uuid = given.group_uuid
      where given.project_uuid = ${project.uuid} and group_member.account_uuid in (${among})
    union all select account_uuid, 'repository', permission, null from repository_permission
      where repository_uuid = ${uuid} and account_uuid in (${among})
    union all select group_member.account_uuid, 'repository-group', given.permission, workspace_group.name
      from repository_group_permission as given
      inner join workspace_group on workspace_group.uuid = given.group_uuid
      inner join group_member on group_member.group_uuid = given.group_uuid
      where given.repository_uuid = ${uuid} and group_member.account_uuid in (${among})`.execute(db);
  return rows
    .filter(({ permission }) => permission !== "none")
    .map((row) => ({
      accountUuid: row.account_uuid as Uuid,
      kind: row.kind as PermissionSource["kind"],
      permission: row.permission as ProjectPermission,
      group: row.group_name ?? undefined,
    }));
}
