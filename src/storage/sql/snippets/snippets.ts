import { type InferResult, type Kysely, type RawBuilder, type SqlBool, sql } from "kysely";
import type { AccountKind } from "../../../model/account.ts";
import type { Viewer } from "../../../model/caller.ts";
import {
  type OpenSnippet,
  type Snippet,
  type SnippetId,
  type SnippetRole,
  snippetStore,
} from "../../../model/snippet.ts";
import type { Uuid } from "../../../model/uuid.ts";
import { toAccount } from "../accounts/accounts.ts";
import { isWorkspaceWithin, NOWHERE } from "../bound.ts";
import { flag, instant } from "../columns.ts";
import { findRepository } from "../repositories/repositories.ts";
import { toRepositoryRow } from "../repositories/repository-rows.ts";
import type { Schema } from "../schema.ts";
import { toWorkspace, type WorkspaceSelector } from "../workspaces/workspaces.ts";

/** The rows of a new snippet and its repository. Call it in a transaction. */
export async function insertSnippet(tx: Kysely<Schema>, snippet: OpenSnippet): Promise<void> {
  await insertSnippetStore(tx, snippet.createdAt);
  await tx.insertInto("repository").values(toRepositoryRow(snippet.repository)).execute();
  await tx
    .insertInto("snippet")
    .values({
      repository_uuid: snippet.uuid,
      workspace_uuid: snippet.workspace.uuid,
      id: snippet.id,
      title: snippet.title,
      is_private: flag(snippet.isPrivate),
      creator_uuid: snippet.creator?.uuid ?? null,
      created_at: snippet.createdAt.getTime(),
    })
    .execute();
}

/** With the first snippet of the server: one that has none has no such rows. */
async function insertSnippetStore(tx: Kysely<Schema>, at: Date): Promise<void> {
  const { workspace, project } = snippetStore(at);
  const common = {
    uuid: workspace.uuid,
    name: workspace.name,
    is_private: 1,
    created_at: at.getTime(),
    updated_at: at.getTime(),
  };
  await tx
    .insertInto("workspace")
    .values({ ...common, slug: workspace.slug })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  await tx
    .insertInto("project")
    .values({ ...common, workspace_uuid: workspace.uuid, key: project.key, description: "" })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

/** A snippet with its owner, its creator, and what its repository says of it. */
function snippetQuery(db: Kysely<Schema>) {
  return db
    .selectFrom("snippet")
    .innerJoin("repository", "repository.uuid", "snippet.repository_uuid")
    .innerJoin("workspace", "workspace.uuid", "snippet.workspace_uuid")
    .leftJoin("account", "account.uuid", "snippet.creator_uuid");
}

function columnsOf(query: ReturnType<typeof snippetQuery>) {
  return query.select([
    "snippet.repository_uuid",
    "snippet.id",
    "snippet.title",
    "snippet.is_private",
    "snippet.created_at",
    "repository.updated_at",
    "workspace.uuid as workspace_uuid",
    "workspace.slug as workspace_slug",
    "workspace.name as workspace_name",
    "workspace.is_private as workspace_is_private",
    "workspace.created_at as workspace_created_at",
    "workspace.updated_at as workspace_updated_at",
    "account.uuid as account_uuid",
    "account.account_kind",
    "account.account_id",
    "account.username",
    "account.display_name",
    "account.nickname",
    "account.disabled_at",
    "account.created_at as account_created_at",
  ]);
}

type Row = InferResult<ReturnType<typeof columnsOf>>[number];

function toSnippet(row: Row): Snippet {
  return {
    id: row.id as SnippetId,
    uuid: row.repository_uuid as Uuid,
    workspace: toWorkspace({
      uuid: row.workspace_uuid,
      slug: row.workspace_slug,
      name: row.workspace_name,
      is_private: row.workspace_is_private,
      created_at: row.workspace_created_at,
      updated_at: row.workspace_updated_at,
    }),
    title: row.title,
    isPrivate: row.is_private === 1,
    creator:
      row.account_uuid === null
        ? undefined
        : toAccount({
            uuid: row.account_uuid,
            account_kind: row.account_kind as AccountKind,
            account_id: row.account_id!,
            username: row.username!,
            display_name: row.display_name!,
            nickname: row.nickname!,
            disabled_at: row.disabled_at,
            created_at: row.account_created_at!,
          }),
    createdAt: instant(row.created_at),
    updatedAt: instant(row.updated_at),
  };
}

export type SnippetSelector = { readonly id: SnippetId } | { readonly uuid: Uuid };

/** Only in the workspace, if one is given. */
export async function findSnippet(
  db: Kysely<Schema>,
  workspace: WorkspaceSelector | undefined,
  selector: SnippetSelector,
): Promise<OpenSnippet | undefined> {
  let query = columnsOf(snippetQuery(db));
  query =
    "id" in selector
      ? query.where("snippet.id", "=", selector.id)
      : query.where("snippet.repository_uuid", "=", selector.uuid);
  if (workspace !== undefined) {
    query =
      "slug" in workspace
        ? query.where("workspace.slug", "=", workspace.slug)
        : query.where("workspace.uuid", "=", workspace.uuid);
  }
  const row = await query.executeTakeFirst();
  if (row === undefined) return undefined;
  const repository = await findRepository(db, undefined, { uuid: row.repository_uuid as Uuid });
  return repository && { ...toSnippet(row), repository };
}

/** In a transaction that has locked the repository. When it changed is in the row of the repository. */
export async function updateSnippet(
  tx: Kysely<Schema>,
  uuid: Uuid,
  changes: Partial<Pick<Snippet, "title" | "isPrivate">>,
): Promise<void> {
  const { title, isPrivate } = changes;
  const set = {
    ...(title === undefined ? {} : { title }),
    ...(isPrivate === undefined ? {} : { is_private: flag(isPrivate) }),
  };
  if (Object.keys(set).length === 0) return;
  await tx.updateTable("snippet").set(set).where("repository_uuid", "=", uuid).execute();
}

export type SnippetListOptions = {
  readonly workspaceUuid: Uuid;
  readonly viewer: Viewer;
  readonly role?: SnippetRole | undefined;
  /** From 1. */
  readonly page: number;
  readonly pagelen: number;
};

/** A page of the snippets of a workspace that the viewer may see, the newest first. Two statements. */
export async function listSnippets(
  db: Kysely<Schema>,
  { workspaceUuid, viewer, role, page, pagelen }: SnippetListOptions,
): Promise<{ readonly values: readonly Snippet[]; readonly size: number }> {
  let listed = snippetQuery(db)
    .where("snippet.workspace_uuid", "=", workspaceUuid)
    .where(isSnippetVisible(viewer));
  if (role !== undefined) listed = listed.where(hasRole(viewer, role));
  const { size } = await listed.select((eb) => eb.fn.countAll<number>().as("size")).executeTakeFirstOrThrow();
  const rows = await columnsOf(listed)
    .orderBy("snippet.created_at", "desc")
    .orderBy("snippet.id")
    .limit(pagelen)
    .offset((page - 1) * pagelen)
    .execute();
  return { values: rows.map(toSnippet), size };
}

/** Whoever may see them: for the operator. The oldest is first. */
export async function listAllSnippets(
  db: Kysely<Schema>,
  workspaceUuid: Uuid,
): Promise<readonly OpenSnippet[]> {
  const rows = await snippetQuery(db)
    .where("snippet.workspace_uuid", "=", workspaceUuid)
    .select("snippet.repository_uuid")
    .orderBy("snippet.created_at")
    .orderBy("snippet.id")
    .execute();
  const found = [];
  for (const { repository_uuid: uuid } of rows)
    found.push(await findSnippet(db, undefined, { uuid: uuid as Uuid }));
  return found.filter((snippet) => snippet !== undefined);
}

/** The SQL form of `permissionInSnippet`: for queries that have the snippet and its workspace. */
function isSnippetVisible(viewer: Viewer): RawBuilder<SqlBool> {
  const isPublic = sql<SqlBool>`snippet.is_private = 0`;
  if (viewer.kind === "anonymous") return isPublic;
  const closed = (viewer.bound?.privateRefusals ?? []).map(({ workspaceUuid }) => workspaceUuid);
  const isOpen =
    closed.length === 0 ? sql<SqlBool>`1 = 1` : sql<SqlBool>`workspace.uuid not in (${sql.join(closed)})`;
  return sql<SqlBool>`(${isPublic} or (${isOpen} and ${isMember(viewer.accountUuid)}))
    and ${isWorkspaceWithin(viewer.bound)}`;
}

/** A member of the workspace, or an app user of all of it. */
function isMember(accountUuid: Uuid): RawBuilder<SqlBool> {
  return sql<SqlBool>`(exists (select 1 from workspace_member
      where workspace_member.workspace_uuid = snippet.workspace_uuid
        and workspace_member.account_uuid = ${accountUuid})
    or exists (select 1 from app_user
      where app_user.workspace_uuid = snippet.workspace_uuid and app_user.account_uuid = ${accountUuid}))`;
}

function hasRole(viewer: Viewer, role: SnippetRole): RawBuilder<SqlBool> {
  if (viewer.kind === "anonymous") return NOWHERE;
  const { accountUuid } = viewer;
  const isCreator = sql<SqlBool>`snippet.creator_uuid = ${accountUuid}`;
  const isWatcher = sql<SqlBool>`exists (select 1 from snippet_watcher
    where snippet_watcher.snippet_uuid = snippet.repository_uuid
      and snippet_watcher.account_uuid = ${accountUuid})`;
  switch (role) {
    case "owner":
      return isCreator;
    case "contributor":
      return sql<SqlBool>`(${isCreator} or ${isWatcher})`;
    case "member":
      return sql<SqlBool>`(${isMember(accountUuid)} or ${isWatcher})`;
  }
}
