import { type Kysely, type Selectable, sql } from "kysely";
import type { Viewer } from "../../../model/caller.ts";
import type { Filter, Sort } from "../../../model/filter.ts";
import type { ProjectKey } from "../../../model/slug.ts";
import type { Uuid } from "../../../model/uuid.ts";
import type { Project, ProjectSelector } from "../../../model/workspace.ts";
import { isProjectWithin } from "../bound.ts";
import { flag, instant } from "../columns.ts";
import { compileFilter, compileSort, type FieldMap } from "../compile-filter.ts";
import { effectiveProjectRank, projectPermissionRank } from "../permissions/project-permissions.ts";
import type { ProjectRow, Schema } from "../schema.ts";

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

/** In whatever workspace. */
export async function findProjectByUuid(db: Kysely<Schema>, uuid: Uuid): Promise<Project | undefined> {
  const row = await db.selectFrom("project").selectAll().where("uuid", "=", uuid).executeTakeFirst();
  return row && toProject(row);
}

/** All of a workspace, the oldest first, whoever may see them: for the operator. */
export async function listProjectsOf(db: Kysely<Schema>, workspaceUuid: Uuid): Promise<readonly Project[]> {
  const rows = await db
    .selectFrom("project")
    .selectAll()
    .where("workspace_uuid", "=", workspaceUuid)
    .orderBy("created_at")
    .orderBy("key")
    .execute();
  return rows.map(toProject);
}

/** The project for repositories that name none. */
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

/** Every key that is present is written. */
export type ProjectChanges = Partial<
  Pick<Project, "key" | "name" | "description" | "isPrivate" | "updatedAt">
>;

/**
 * Refused by a unique key if the new key is taken in the workspace.
 *
 * @returns false if there is no such project.
 */
export async function updateProject(
  db: Kysely<Schema>,
  uuid: Uuid,
  changes: ProjectChanges,
): Promise<boolean> {
  const { key, name, description, isPrivate, updatedAt } = changes;
  const result = await db
    .updateTable("project")
    .set({
      // An update needs at least one column. Setting a column to itself still tells whether the row exists.
      uuid,
      ...(key === undefined ? {} : { key }),
      ...(name === undefined ? {} : { name }),
      ...(description === undefined ? {} : { description }),
      ...(isPrivate === undefined ? {} : { is_private: flag(isPrivate) }),
      ...(updatedAt === undefined ? {} : { updated_at: updatedAt.getTime() }),
    })
    .where("uuid", "=", uuid)
    .executeTakeFirst();
  return result.numUpdatedRows > 0n;
}

/**
 * Deletes a project with its permissions and reviewers, if there is no repository in it. A foreign key refuses the
 * deletion if one is added at the same time.
 *
 * @returns false, with nothing deleted, if there is a repository in it.
 */
export async function deleteProjectRow(db: Kysely<Schema>, uuid: Uuid): Promise<boolean> {
  const result = await db
    .deleteFrom("project")
    .where("uuid", "=", uuid)
    .where(({ not, exists, selectFrom }) =>
      not(exists(selectFrom("repository").select("repository.uuid").where("project_uuid", "=", uuid))),
    )
    .executeTakeFirst();
  return result.numDeletedRows > 0n;
}

export type ProjectListOptions = {
  readonly workspaceUuid: Uuid;
  readonly viewer: Viewer;
  readonly filter?: Filter | undefined;
  readonly sort?: Sort | undefined;
  /** From 1. */
  readonly page: number;
  readonly pagelen: number;
};

export type ListedProject = { readonly project: Project; readonly hasPublicRepositories: boolean };

/** What lists of projects are filtered and sorted by: names of the wire. */
const PROJECT_FIELDS: FieldMap = {
  key: { column: "listed.key", type: "text" },
  name: { column: "listed.name", type: "text" },
  uuid: { column: "listed.uuid", type: "uuid" },
  description: { column: "listed.description", type: "text" },
  is_private: { column: "listed.is_private", type: "boolean" },
  has_publicly_visible_repos: { column: "listed.has_public_repositories", type: "boolean" },
  created_on: { column: "listed.created_at", type: "instant" },
  updated_on: { column: "listed.updated_at", type: "instant" },
};

/**
 * A page of the projects of a workspace that the viewer may see, by key unless sorted; `size` counts all pages.
 *
 * @throws Failure invalid-input if the filter or the sort names a field that is not offered.
 */
export async function listProjects(
  db: Kysely<Schema>,
  options: ProjectListOptions,
): Promise<{ readonly values: readonly ListedProject[]; readonly size: number }> {
  const { filter, sort, page, pagelen } = options;
  let listed = db.selectFrom(visibleProjects(db, options).as("listed"));
  if (filter !== undefined) listed = listed.where(compileFilter(filter, PROJECT_FIELDS));
  const count = await listed.select((eb) => eb.fn.countAll<number>().as("size")).executeTakeFirstOrThrow();
  const sorted = sort === undefined ? listed : listed.orderBy(compileSort(sort, PROJECT_FIELDS));
  const rows = await sorted
    .selectAll()
    .orderBy("listed.key")
    .limit(pagelen)
    .offset((page - 1) * pagelen)
    .execute();
  const values = rows.map((row) => ({
    project: toProject(row),
    hasPublicRepositories: row.has_public_repositories === 1,
  }));
  return { values, size: count.size };
}

/** The same rule as `requireProjectPermission` has for one project. */
function visibleProjects(db: Kysely<Schema>, { workspaceUuid, viewer }: ProjectListOptions) {
  const query = db
    .selectFrom("project")
    .selectAll("project")
    .select(hasPublicRepositories().as("has_public_repositories"))
    .where("project.workspace_uuid", "=", workspaceUuid);
  if (viewer.kind === "anonymous") return query.where("project.is_private", "=", 0);
  const { accountUuid, bound } = viewer;
  return query
    .where(isProjectWithin(bound))
    .where((eb) =>
      eb.or([
        eb("project.is_private", "=", 0),
        eb.exists(
          eb
            .selectFrom("workspace_member")
            .select("workspace_member.account_uuid")
            .where("workspace_member.workspace_uuid", "=", workspaceUuid)
            .where("workspace_member.account_uuid", "=", accountUuid),
        ),
        eb(effectiveProjectRank(accountUuid), ">=", projectPermissionRank("read")),
      ]),
    );
}

function hasPublicRepositories() {
  return sql<number>`case when exists (select 1 from repository
    where repository.project_uuid = project.uuid and repository.is_private = 0) then 1 else 0 end`;
}

/** Whether anyone may see a repository of the project. */
export async function findHasPublicRepositories(db: Kysely<Schema>, uuid: Uuid): Promise<boolean> {
  const row = await db
    .selectFrom("project")
    .select(hasPublicRepositories().as("has_public_repositories"))
    .where("project.uuid", "=", uuid)
    .executeTakeFirst();
  return row?.has_public_repositories === 1;
}
