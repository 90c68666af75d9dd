import { type Kysely, sql } from "kysely";
import type { Locations } from "../../../model/bound.ts";
import type { Viewer } from "../../../model/caller.ts";
import type { Uuid } from "../../../model/uuid.ts";
import { isVisible } from "../permissions/permissions.ts";
import { effectiveProjectRank, projectPermissionRank } from "../permissions/project-permissions.ts";
import type { Schema } from "../schema.ts";

/** Values of one statement: below the limits of both databases. */
const CHUNK = 1_000;

/**
 * The names that limits of tokens are written with, of what is still there: `acme/demo`, `acme/PROJ`, `acme`. A viewer gets
 * those of what they may see; undefined is the operator, who sees everything.
 */
export async function findLimitNames(
  db: Kysely<Schema>,
  viewer: Viewer | undefined,
  locations: readonly Locations[],
): Promise<ReadonlyMap<Uuid, string>> {
  const names = new Map<Uuid, string>();
  const add = (rows: readonly { readonly uuid: string; readonly name: string }[]) => {
    for (const { uuid, name } of rows) names.set(uuid as Uuid, name);
  };
  for (const uuids of chunksOf(locations.flatMap(({ repositories = [] }) => repositories)))
    add(await repositoriesNamed(db, viewer, uuids));
  for (const uuids of chunksOf(locations.flatMap(({ projects = [] }) => projects)))
    add(await projectsNamed(db, viewer, uuids));
  for (const uuids of chunksOf(locations.flatMap(({ workspaces = [] }) => workspaces)))
    add(await workspacesNamed(db, viewer, uuids));
  return names;
}

function chunksOf(uuids: readonly Uuid[]): readonly (readonly Uuid[])[] {
  const all = [...new Set(uuids)];
  return Array.from({ length: Math.ceil(all.length / CHUNK) }, (_, index) =>
    all.slice(index * CHUNK, (index + 1) * CHUNK),
  );
}

function repositoriesNamed(db: Kysely<Schema>, viewer: Viewer | undefined, uuids: readonly Uuid[]) {
  const query = db
    .selectFrom("repository")
    .innerJoin("workspace", "workspace.uuid", "repository.workspace_uuid")
    .select(["repository.uuid", sql<string>`workspace.slug || '/' || repository.slug`.as("name")])
    .where("repository.uuid", "in", uuids);
  return (viewer === undefined ? query : query.where(isVisible(viewer))).execute();
}

function projectsNamed(db: Kysely<Schema>, viewer: Viewer | undefined, uuids: readonly Uuid[]) {
  const query = db
    .selectFrom("project")
    .innerJoin("workspace", "workspace.uuid", "project.workspace_uuid")
    .select(["project.uuid", sql<string>`workspace.slug || '/' || project.key`.as("name")])
    .where("project.uuid", "in", uuids);
  if (viewer === undefined) return query.execute();
  if (viewer.kind === "anonymous") return query.where("project.is_private", "=", 0).execute();
  const { accountUuid } = viewer;
  return query
    .where((eb) =>
      eb.or([
        eb("project.is_private", "=", 0),
        eb(effectiveProjectRank(accountUuid), ">=", projectPermissionRank("read")),
        isMember(accountUuid),
      ]),
    )
    .execute();
}

function workspacesNamed(db: Kysely<Schema>, viewer: Viewer | undefined, uuids: readonly Uuid[]) {
  const query = db
    .selectFrom("workspace")
    .select(["workspace.uuid", "workspace.slug as name"])
    .where("workspace.uuid", "in", uuids);
  if (viewer === undefined) return query.execute();
  if (viewer.kind === "anonymous") return query.where("workspace.is_private", "=", 0).execute();
  return query
    .where((eb) => eb.or([eb("workspace.is_private", "=", 0), isMember(viewer.accountUuid)]))
    .execute();
}

function isMember(accountUuid: Uuid) {
  return sql<boolean>`exists (select 1 from workspace_member
    where workspace_member.workspace_uuid = workspace.uuid and workspace_member.account_uuid = ${accountUuid})`;
}
