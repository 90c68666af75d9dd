import { type Kysely, type RawBuilder, type Selectable, type SqlBool, sql } from "kysely";
import type { Viewer } from "../../../model/caller.ts";
import type { Filter, Sort } from "../../../model/filter.ts";
import type { WorkspaceSlug } from "../../../model/slug.ts";
import { SNIPPET_STORE_UUID } from "../../../model/snippet.ts";
import type { Uuid } from "../../../model/uuid.ts";
import type { Workspace, WorkspaceRole } from "../../../model/workspace.ts";
import { isWorkspaceWithin, NOWHERE } from "../bound.ts";
import { flag, instant } from "../columns.ts";
import { compileFilter, compileSort, type FieldMap } from "../compile-filter.ts";
import type { Schema, WorkspaceRow } from "../schema.ts";

export type WorkspaceSelector = { readonly slug: WorkspaceSlug } | { readonly uuid: Uuid };

export type WorkspaceListOptions = {
  readonly filter?: Filter | undefined;
  readonly sort?: Sort | undefined;
  /** True: only those that the account owns. False: only the others. */
  readonly administrator?: boolean | undefined;
  /** From 1. */
  readonly page: number;
  readonly pagelen: number;
};

export type WorkspacePage = {
  readonly values: readonly { readonly workspace: Workspace; readonly role: WorkspaceRole }[];
  readonly size: number;
};

/** A workspace of an account on the wire is `{administrator, workspace}`; the short names are taken too. */
const WORKSPACE_FIELDS: FieldMap = {
  slug: { column: "listed.slug", type: "text" },
  uuid: { column: "listed.uuid", type: "uuid" },
  name: { column: "listed.name", type: "text" },
  administrator: { column: "listed.is_administrator", type: "boolean" },
  "workspace.slug": { column: "listed.slug", type: "text" },
  "workspace.uuid": { column: "listed.uuid", type: "uuid" },
  "workspace.name": { column: "listed.name", type: "text" },
};

export function toWorkspace(row: Selectable<WorkspaceRow>): Workspace {
  return {
    uuid: row.uuid as Uuid,
    slug: row.slug as WorkspaceSlug,
    name: row.name,
    isPrivate: row.is_private === 1,
    createdAt: instant(row.created_at),
    updatedAt: instant(row.updated_at),
  };
}

/** Refused by a unique key if the slug is taken. */
export async function insertWorkspace(db: Kysely<Schema>, workspace: Workspace): Promise<void> {
  await db
    .insertInto("workspace")
    .values({
      uuid: workspace.uuid,
      slug: workspace.slug,
      name: workspace.name,
      is_private: flag(workspace.isPrivate),
      created_at: workspace.createdAt.getTime(),
      updated_at: workspace.updatedAt.getTime(),
    })
    .execute();
}

/** Name, visibility, and when they changed. */
export async function updateWorkspace(db: Kysely<Schema>, workspace: Workspace): Promise<void> {
  await db
    .updateTable("workspace")
    .set({
      name: workspace.name,
      is_private: flag(workspace.isPrivate),
      updated_at: workspace.updatedAt.getTime(),
    })
    .where("uuid", "=", workspace.uuid)
    .execute();
}

export async function findWorkspace(
  db: Kysely<Schema>,
  selector: WorkspaceSelector,
): Promise<Workspace | undefined> {
  const query = db.selectFrom("workspace").selectAll();
  const row = await ("slug" in selector
    ? query.where("slug", "=", selector.slug)
    : query.where("uuid", "=", selector.uuid)
  ).executeTakeFirst();
  return row && toWorkspace(row);
}

/** All workspaces, by slug, without the one that only has the repositories of snippets. */
export async function listWorkspaces(db: Kysely<Schema>): Promise<readonly Workspace[]> {
  const all = db.selectFrom("workspace").selectAll().where("uuid", "!=", SNIPPET_STORE_UUID);
  return (await all.orderBy("slug").execute()).map(toWorkspace);
}

/**
 * A page of the workspaces that an account is an owner or a member of, by slug unless sorted; `size` counts all pages.
 *
 * @throws Failure invalid-input if the filter or the sort names a field that is not offered.
 */
export async function listWorkspacesOf(
  db: Kysely<Schema>,
  viewer: Viewer,
  options: WorkspaceListOptions,
): Promise<WorkspacePage> {
  const { filter, sort, administrator, page, pagelen } = options;
  const memberships = db
    .selectFrom("workspace_member")
    .innerJoin("workspace", "workspace.uuid", "workspace_member.workspace_uuid")
    .selectAll("workspace")
    .select("workspace_member.role")
    .select(sql<number>`case workspace_member.role when 'owner' then 1 else 0 end`.as("is_administrator"))
    .where(isMembershipOf(viewer));
  let listed = db.selectFrom(memberships.as("listed"));
  if (administrator !== undefined) listed = listed.where("listed.is_administrator", "=", flag(administrator));
  if (filter !== undefined) listed = listed.where(compileFilter(filter, WORKSPACE_FIELDS));
  const count = await listed.select((eb) => eb.fn.countAll<number>().as("size")).executeTakeFirstOrThrow();
  const sorted = sort === undefined ? listed : listed.orderBy(compileSort(sort, WORKSPACE_FIELDS));
  const rows = await sorted
    .selectAll()
    .orderBy("listed.slug")
    .limit(pagelen)
    .offset((page - 1) * pagelen)
    .execute();
  return {
    values: rows.map((row) => ({ workspace: toWorkspace(row), role: row.role as WorkspaceRole })),
    size: count.size,
  };
}

/** Whether the row is of a membership that counts for the viewer. */
function isMembershipOf(viewer: Viewer): RawBuilder<SqlBool> {
  if (viewer.kind === "anonymous") return NOWHERE;
  return sql<SqlBool>`workspace_member.account_uuid = ${viewer.accountUuid}
    and ${isWorkspaceWithin(viewer.bound)}`;
}

/** Keeps others from changing who owns it until the transaction ends: a row that is written is locked. */
export async function lockWorkspace(tx: Kysely<Schema>, uuid: Uuid): Promise<void> {
  await tx
    .updateTable("workspace")
    .set(({ ref }) => ({ slug: ref("slug") }))
    .where("uuid", "=", uuid)
    .execute();
}
