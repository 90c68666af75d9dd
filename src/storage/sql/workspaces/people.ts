import { type Kysely, sql } from "kysely";
import type { Permission } from "../../../model/permission.ts";
import type { ProjectPermission } from "../../../model/project-permission.ts";
import type { Uuid } from "../../../model/uuid.ts";
import { optionalInstant } from "../columns.ts";
import type { Schema } from "../schema.ts";

/** What owners of a workspace see of a member, beside name and role. */
export type MemberState = {
  readonly repositoryPermission: Permission;
  readonly hasTwoStep: boolean;
  /** When a session or a token of theirs was last used, anywhere on the server. */
  readonly lastSeenAt: Date | undefined;
};

/** For the members of one page. */
export async function findMemberStates(
  db: Kysely<Schema>,
  workspaceUuid: Uuid,
  accountUuids: readonly Uuid[],
): Promise<ReadonlyMap<Uuid, MemberState>> {
  if (accountUuids.length === 0) return new Map();
  const rows = await db
    .selectFrom("workspace_member as member")
    .leftJoin("two_step", (join) =>
      join
        .onRef("two_step.account_uuid", "=", "member.account_uuid")
        .on("two_step.enabled_at", "is not", null),
    )
    .select(["member.account_uuid", "member.repository_permission", "two_step.enabled_at"])
    .select(
      sql<number | null>`(select max(seen.at) from (
        select max(session.last_used_at) as at from session where session.account_uuid = member.account_uuid
        union all
        select max(api_token.last_used_at) from api_token where api_token.account_uuid = member.account_uuid
      ) as seen)`.as("last_seen_at"),
    )
    .where("member.workspace_uuid", "=", workspaceUuid)
    .where("member.account_uuid", "in", accountUuids)
    .execute();
  return new Map(
    rows.map((row) => [
      row.account_uuid as Uuid,
      {
        repositoryPermission: row.repository_permission as Permission,
        hasTwoStep: row.enabled_at !== null,
        lastSeenAt: optionalInstant(row.last_seen_at),
      },
    ]),
  );
}

/** How many members each group of a workspace has; those without any are left out. */
export async function countGroupMembers(
  db: Kysely<Schema>,
  workspaceUuid: Uuid,
): Promise<ReadonlyMap<Uuid, number>> {
  const rows = await db
    .selectFrom("group_member")
    .innerJoin("workspace_group", "workspace_group.uuid", "group_member.group_uuid")
    .select(["group_member.group_uuid", (eb) => eb.fn.countAll<number>().as("members")])
    .where("workspace_group.workspace_uuid", "=", workspaceUuid)
    .groupBy("group_member.group_uuid")
    .execute();
  return new Map(rows.map((row) => [row.group_uuid as Uuid, Number(row.members)]));
}

export type GroupGrant = {
  readonly kind: "project" | "repository";
  /** The key of a project, the slug of a repository. */
  readonly name: string;
  readonly permission: ProjectPermission;
};

/** The permissions of a group, projects first, by name. */
export async function listGrantsOfGroup(
  db: Kysely<Schema>,
  groupUuid: Uuid,
  limit: number,
): Promise<readonly GroupGrant[]> {
  const { rows } = await sql<GroupGrant>`select * from (
      select 'project' as kind, project.key as name, given.permission from project_group_permission as given
        inner join project on project.uuid = given.project_uuid where given.group_uuid = ${groupUuid}
      union all
      select 'repository', repository.slug, given.permission from repository_group_permission as given
        inner join repository on repository.uuid = given.repository_uuid where given.group_uuid = ${groupUuid}
    ) as found where found.permission <> 'none' order by found.kind, found.name limit ${limit}`.execute(db);
  return rows;
}
