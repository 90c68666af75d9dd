import type { Kysely, Selectable } from "kysely";
import type { Permission } from "../../model/permission.ts";
import type { ProjectKey } from "../../model/slug.ts";
import type { Uuid } from "../../model/uuid.ts";
import type { Project } from "../../model/workspace.ts";
import { flag, instant } from "./columns.ts";
import type { ProjectRow, Schema } from "./schema.ts";

export type ProjectSelector = { readonly key: ProjectKey } | { readonly uuid: Uuid };

export function toProject(row: Selectable<ProjectRow>): Project {
  return {
    uuid: row.uuid as Uuid,
    workspaceUuid: row.workspace_uuid as Uuid,
    key: row.key as ProjectKey,
    name: row.name,
    description: row.description,
    isPrivate: row.is_private === 1,
    createdAt: instant(row.created_at),
    updatedAt: instant(row.updated_at),
  };
}

/** Refused by a unique key if the workspace has a project with this key. */
export async function insertProject(db: Kysely<Schema>, project: Project): Promise<void> {
  await db
    .insertInto("project")
    .values({
      uuid: project.uuid,
      workspace_uuid: project.workspaceUuid,
      key: project.key,
      name: project.name,
      description: project.description,
      is_private: flag(project.isPrivate),
      created_at: project.createdAt.getTime(),
      updated_at: project.updatedAt.getTime(),
    })
    .execute();
}

export async function findProject(
  db: Kysely<Schema>,
  workspaceUuid: Uuid,
  selector: ProjectSelector,
): Promise<Project | undefined> {
  const query = db.selectFrom("project").selectAll().where("workspace_uuid", "=", workspaceUuid);
  const row = await ("key" in selector
    ? query.where("key", "=", selector.key)
    : query.where("uuid", "=", selector.uuid)
  ).executeTakeFirst();
  return row && toProject(row);
}

/** Where a repository goes that names no project. */
export async function findOldestProject(
  db: Kysely<Schema>,
  workspaceUuid: Uuid,
): Promise<Project | undefined> {
  const row = await db
    .selectFrom("project")
    .selectAll()
    .where("workspace_uuid", "=", workspaceUuid)
    .orderBy("created_at")
    .orderBy("key")
    .limit(1)
    .executeTakeFirst();
  return row && toProject(row);
}

/** Gives an account a permission in all repositories of a project, in place of the one it has there. */
export async function upsertProjectPermission(
  db: Kysely<Schema>,
  projectUuid: Uuid,
  accountUuid: Uuid,
  permission: Permission,
): Promise<void> {
  await db
    .insertInto("project_permission")
    .values({ project_uuid: projectUuid, account_uuid: accountUuid, permission })
    .onConflict((conflict) => conflict.columns(["project_uuid", "account_uuid"]).doUpdateSet({ permission }))
    .execute();
}
