import { type Kysely, type RawBuilder, type SqlBool, sql, type Updateable } from "kysely";
import { isWithin } from "../../../model/bound.ts";
import type { Viewer } from "../../../model/caller.ts";
import type { Filter, Sort } from "../../../model/filter.ts";
import type { Permission } from "../../../model/permission.ts";
import type { Repository, RepositoryReference } from "../../../model/repository.ts";
import type { RepositorySlug, WorkspaceSlug } from "../../../model/slug.ts";
import type { Uuid } from "../../../model/uuid.ts";
import { isRepositoryWithin, NOWHERE } from "../bound.ts";
import { flag } from "../columns.ts";
import { compileFilter, compileSort } from "../compile-filter.ts";
import { isPostgres } from "../database-now.ts";
import { deleteLease, maintenanceLease } from "../leases.ts";
import { holds, isVisible, membersWithPermission } from "../permissions/permissions.ts";
import type { RepositoryRow, Schema } from "../schema.ts";
import { sendAhead } from "../send-ahead.ts";
import { releaseObjectsOf } from "../stored-objects/stored-objects.ts";
import type { WorkspaceSelector } from "../workspaces/workspaces.ts";
import { takeSlug } from "./former-slugs.ts";
import { REPOSITORY_FIELDS, repositoryQuery, toRepository, toRepositoryRow } from "./repository-rows.ts";

export type RepositorySelector = { readonly slug: RepositorySlug } | { readonly uuid: Uuid };

/** Every key that is present is written: `{ mainBranch: undefined }` removes the main branch. */
export type RepositoryChanges = Partial<
  Pick<
    Repository,
    | "slug"
    | "name"
    | "description"
    | "website"
    | "language"
    | "isPrivate"
    | "hasIssues"
    | "hasWiki"
    | "forkPolicy"
    | "mainBranch"
    | "sizeBytes"
    | "updatedAt"
  >
> & { readonly projectUuid?: Uuid };

export type RepositoryRole = "member" | "contributor" | "admin" | "owner";

/** The repositories of a workspace, the forks of a repository wherever they are, or those of all workspaces. */
export type RepositoryListSubject =
  | { readonly workspaceUuid: Uuid }
  | { readonly parentUuid: Uuid }
  | { readonly isEverywhere: true };

export type RepositoryListOptions = RepositoryListSubject & {
  readonly viewer: Viewer;
  /** Only repositories in which the viewer has this role by membership, not because they are public. */
  readonly role?: RepositoryRole | undefined;
  readonly filter?: Filter | undefined;
  readonly sort?: Sort | undefined;
  /** From 1. */
  readonly page: number;
  readonly pagelen: number;
};

export type RepositoryPage = { readonly values: readonly Repository[]; readonly size: number };

/** Refused by a unique key if the workspace has a repository with this slug. Call it in a transaction. */
export async function insertRepository(db: Kysely<Schema>, repository: Repository): Promise<void> {
  await takeSlug(db, repository.workspace.uuid, repository.slug);
  await db.insertInto("repository").values(toRepositoryRow(repository)).execute();
}

/** Without a workspace a repository is found by its UUID only, since slugs are unique only within a workspace. */
export async function findRepository(
  db: Kysely<Schema>,
  workspace: WorkspaceSelector | undefined,
  repository: RepositorySelector,
): Promise<Repository | undefined> {
  if (workspace === undefined && "slug" in repository) return undefined;
  let query =
    "slug" in repository
      ? repositoryQuery(db).where("repository.slug", "=", repository.slug)
      : repositoryQuery(db).where("repository.uuid", "=", repository.uuid);
  if (workspace !== undefined) {
    query =
      "slug" in workspace
        ? query.where("workspace.slug", "=", workspace.slug)
        : query.where("workspace.uuid", "=", workspace.uuid);
  }
  const row = await query.executeTakeFirst();
  return row && toRepository(row);
}

/** The names of those of the repositories that there are: as many as a page has. */
export async function findRepositoryReferences(
  db: Kysely<Schema>,
  uuids: ReadonlySet<Uuid>,
): Promise<ReadonlyMap<Uuid, RepositoryReference>> {
  if (uuids.size === 0) return new Map();
  const rows = await db
    .selectFrom("repository")
    .innerJoin("workspace", "workspace.uuid", "repository.workspace_uuid")
    .select(["repository.uuid", "repository.slug", "repository.name", "workspace.slug as workspace_slug"])
    .where("repository.uuid", "in", [...uuids])
    .execute();
  return new Map(
    rows.map((row) => {
      const uuid = row.uuid as Uuid;
      const workspace = { slug: row.workspace_slug as WorkspaceSlug };
      return [uuid, { uuid, slug: row.slug as RepositorySlug, name: row.name, workspace }];
    }),
  );
}

/**
 * Refused by a unique key if the new slug is taken in the workspace.
 *
 * @returns false if there is no such repository.
 */
export async function updateRepository(
  db: Kysely<Schema>,
  uuid: Uuid,
  changes: RepositoryChanges,
): Promise<boolean> {
  const row = toChangedColumns(changes);
  // An update needs at least one column. Setting a column to itself still tells whether the row exists.
  const set = Object.keys(row).length === 0 ? { uuid } : row;
  const result = await db.updateTable("repository").set(set).where("uuid", "=", uuid).executeTakeFirst();
  return result.numUpdatedRows > 0n;
}

function toChangedColumns(changes: RepositoryChanges): Updateable<RepositoryRow> {
  const row: Updateable<RepositoryRow> = {};
  if (changes.projectUuid !== undefined) row.project_uuid = changes.projectUuid;
  if (changes.slug !== undefined) row.slug = changes.slug;
  if (changes.name !== undefined) row.name = changes.name;
  if (changes.description !== undefined) row.description = changes.description;
  if ("website" in changes) row.website = changes.website ?? null;
  if (changes.language !== undefined) row.language = changes.language;
  if (changes.isPrivate !== undefined) row.is_private = flag(changes.isPrivate);
  if (changes.hasIssues !== undefined) row.has_issues = flag(changes.hasIssues);
  if (changes.hasWiki !== undefined) row.has_wiki = flag(changes.hasWiki);
  if (changes.forkPolicy !== undefined) row.fork_policy = changes.forkPolicy;
  if ("mainBranch" in changes) row.main_branch = changes.mainBranch ?? null;
  if (changes.sizeBytes !== undefined) row.size_bytes = changes.sizeBytes;
  if (changes.updatedAt !== undefined) row.updated_at = changes.updatedAt.getTime();
  return row;
}

/** As `updateRepository` for a row that the transaction has locked. */
export async function updateLockedRepository(
  tx: Kysely<Schema>,
  uuid: Uuid,
  changes: RepositoryChanges,
): Promise<void> {
  const row = toChangedColumns(changes);
  // An update needs at least one column.
  if (Object.keys(row).length > 0)
    await sendAhead(tx, tx.updateTable("repository").set(row).where("uuid", "=", uuid));
}

/**
 * Deletes a repository with its refs, permissions and cursors. Its packs are not in the database: those in an object store lose
 * its names for them. Call it in a transaction.
 */
export async function deleteRepositoryRow(db: Kysely<Schema>, uuid: Uuid): Promise<boolean> {
  // Whoever adds a pack, or shares its packs with a fork, is done by then or finds no repository.
  if (!(await lockForDeletion(db, uuid))) return false;
  await releaseObjectsOf(db, uuid);
  const result = await db.deleteFrom("repository").where("uuid", "=", uuid).executeTakeFirst();
  await deleteLease(db, maintenanceLease(uuid));
  return result.numDeletedRows > 0n;
}

/**
 * Locks a repository that is about to be deleted, so that no other transaction and this one wait for each other. First its row as
 * for a change. Then those of its forks, which forget their parent: who changes one of them may refer to the parent after that, and
 * may lock objects that the two share. And only then its row as for a deletion, for which it waits until nobody refers to it.
 */
async function lockForDeletion(tx: Kysely<Schema>, uuid: Uuid): Promise<boolean> {
  const own = tx.selectFrom("repository").select("uuid").where("uuid", "=", uuid);
  if (!isPostgres(tx)) return (await own.executeTakeFirst()) !== undefined;
  const forks = tx.selectFrom("repository").select("uuid").where("parent_uuid", "=", uuid).orderBy("uuid");
  const row = await own.forNoKeyUpdate().executeTakeFirst();
  if (row === undefined) return false;
  await forks.forNoKeyUpdate().execute();
  await own.forUpdate().execute();
  return true;
}

const ROLE_PERMISSIONS: Record<Exclude<RepositoryRole, "owner">, Permission> = {
  member: "read",
  contributor: "write",
  admin: "admin",
};

/**
 * A page of the repositories that the viewer may see, oldest first unless sorted; `size` counts all pages. Three statements,
 * whatever the number of repositories.
 *
 * @throws Failure invalid-input if the filter or the sort names a field that is not offered.
 */
export async function listRepositories(
  db: Kysely<Schema>,
  options: RepositoryListOptions,
): Promise<RepositoryPage> {
  const { filter, sort, page, pagelen } = options;
  const seesAll = await holdsInAll(db, options);
  let listed = db.selectFrom(listedRepositories(db, options, seesAll).as("listed"));
  if (filter !== undefined) listed = listed.where(compileFilter(filter, REPOSITORY_FIELDS));
  const sorted =
    sort === undefined
      ? listed.orderBy("listed.created_at").orderBy("listed.slug")
      : listed.orderBy(compileSort(sort, REPOSITORY_FIELDS)).orderBy("listed.uuid");
  const size = sql<number>`count(*)`.as("size");
  const counted =
    seesAll && filter === undefined
      ? db.selectFrom("repository").where(isOfSubject(options)).select(size)
      : listed.select(size);
  const count = await counted.executeTakeFirstOrThrow();
  const rows = await sorted
    .selectAll()
    .limit(pagelen)
    .offset((page - 1) * pagelen)
    .execute();
  return { values: rows.map(toRepository), size: count.size };
}

/**
 * Whether the viewer's membership gives the listed role in every repository of the workspace. Then no row needs a
 * check, and counting takes no longer than reading an index.
 */
async function holdsInAll(db: Kysely<Schema>, options: RepositoryListOptions): Promise<boolean> {
  const { viewer, role } = options;
  if (!("workspaceUuid" in options) || viewer.kind === "anonymous" || role === "owner") return false;
  // Of private content alone: what is public needs no membership.
  if (!isWithin(viewer.bound, { ...options, isPrivate: true })) return false;
  const permission = role === undefined ? "read" : ROLE_PERMISSIONS[role];
  const member = await db
    .selectFrom(membersWithPermission(options.workspaceUuid, permission).as("member"))
    .select("member.account_uuid")
    .where("member.account_uuid", "=", viewer.accountUuid)
    .executeTakeFirst();
  return member !== undefined;
}

/** The repositories of a list, with the fields of the wire that are not columns. */
function listedRepositories(db: Kysely<Schema>, options: RepositoryListOptions, seesAll: boolean) {
  const { viewer, role } = options;
  const query = repositoryQuery(db)
    .leftJoin("repository as parent", (join) =>
      join.onRef("parent.uuid", "=", "repository.parent_uuid").on(isVisible(viewer, "parent")),
    )
    .leftJoin("workspace as parent_workspace", "parent_workspace.uuid", "parent.workspace_uuid")
    .select([
      sql<string>`workspace.slug || '/' || repository.slug`.as("full_name"),
      // Concatenated with an empty part of the column, so that it compares with the column's collation and not the
      // database's.
      sql<string>`substr(repository.slug, 1, 0) || 'git'`.as("scm"),
      "parent.uuid as visible_parent_uuid",
      "parent.name as visible_parent_name",
      sql<string | null>`parent_workspace.slug || '/' || parent.slug`.as("visible_parent_full_name"),
    ])
    .where(isOfSubject(options));
  if (seesAll) return query;
  if (role === undefined) return query.where(isVisible(viewer));
  if (viewer.kind === "anonymous") return query.where(NOWHERE);
  if (role !== "owner") return query.where(holds(viewer, ROLE_PERMISSIONS[role]));
  return query
    .where(isRepositoryWithin(viewer.bound))
    .where((eb) =>
      eb.exists(
        eb
          .selectFrom("workspace_member")
          .select("workspace_member.account_uuid")
          .whereRef("workspace_member.workspace_uuid", "=", "repository.workspace_uuid")
          .where("workspace_member.account_uuid", "=", viewer.accountUuid)
          .where("workspace_member.role", "=", "owner"),
      ),
    );
}

const EVERYWHERE = sql<SqlBool>`1 = 1`;

function isOfSubject(subject: RepositoryListSubject): RawBuilder<SqlBool> {
  if ("workspaceUuid" in subject) return sql<SqlBool>`repository.workspace_uuid = ${subject.workspaceUuid}`;
  return "parentUuid" in subject ? sql<SqlBool>`repository.parent_uuid = ${subject.parentUuid}` : EVERYWHERE;
}

/**
 * Every repository, those of snippets too, or those of one workspace, for the operator: permissions are not checked.
 */
export async function listAllRepositories(
  db: Kysely<Schema>,
  workspaceUuid: Uuid | undefined,
): Promise<readonly Repository[]> {
  const all = repositoryQuery(db).orderBy("workspace.slug").orderBy("repository.slug");
  const rows = await (workspaceUuid === undefined
    ? all
    : all.where("workspace.uuid", "=", workspaceUuid)
  ).execute();
  return rows.map(toRepository);
}

/** The ids of those that were created first. */
export async function listOldestRepositories(db: Kysely<Schema>, limit: number): Promise<readonly Uuid[]> {
  const rows = await db.selectFrom("repository").select("uuid").orderBy("created_at").limit(limit).execute();
  return rows.map(({ uuid }) => uuid as Uuid);
}
