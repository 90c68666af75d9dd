import { type Kysely, type RawBuilder, type SqlBool, sql } from "kysely";
import type { Bound } from "../../../model/bound.ts";
import type { Viewer } from "../../../model/caller.ts";
import { PERMISSIONS, type Permission } from "../../../model/permission.ts";
import { inRepositories } from "../../../model/project-permission.ts";
import type { Uuid } from "../../../model/uuid.ts";
import { isRepositoryWithin, NOWHERE } from "../bound.ts";
import type { Schema } from "../schema.ts";
import { upsertExplicitPermission } from "./explicit-permissions.ts";

/** The index of a permission in `PERMISSIONS`: a higher one allows more. */
export function permissionRank(permission: Permission): number {
  return PERMISSIONS.indexOf(permission);
}

export function permissionOfRank(rank: number | undefined): Permission {
  return PERMISSIONS[rank ?? 0] ?? "none";
}

/** The index of the permission in a column. A project's `create-repo` counts as write in its repositories. */
function rankOf(column: string): RawBuilder<number> {
  const ranks = [...PERMISSIONS, "create-repo" as const].map((name) => {
    const permission = name === "create-repo" ? inRepositories(name) : name;
    return sql`when ${sql.lit(name)} then ${sql.lit(permissionRank(permission))}`;
  });
  return sql<number>`case ${sql.ref(column)} ${sql.join(ranks, sql` `)} end`;
}

/** An account by its UUID, or by the column of a query that has it. */
export type AccountReference = string | RawBuilder<string>;

/** One way by which accounts get a permission in a repository. */
type Holding = {
  readonly rank: RawBuilder<number>;
  /** The tables with this way. */
  readonly source: RawBuilder<unknown>;
  /** The column of `source` that must be equal to the one of the repository. */
  readonly key: string;
  readonly repositoryKey: "workspace_uuid" | "project_uuid" | "uuid";
  /** The column of `source` with the account. */
  readonly account: string;
};

const MEMBERSHIP: Holding = {
  rank: sql<number>`case workspace_member.role when 'owner' then ${sql.lit(permissionRank("admin"))}
      else ${rankOf("workspace_member.repository_permission")} end`,
  source: sql.table("workspace_member"),
  key: "workspace_member.workspace_uuid",
  repositoryKey: "workspace_uuid",
  account: "workspace_member.account_uuid",
};

/**
 * The only ways by which an account gets a permission in a repository; the highest counts: being an owner or a member
 * of the workspace; a permission in the project, of its own and of its groups; and one in the repository, likewise.
 * This is the only place with this rule. Public visibility is not included.
 */
const HOLDINGS: readonly Holding[] = [
  MEMBERSHIP,
  byAccount("project_permission", "project_uuid", "project_uuid"),
  byGroup("project_group_permission", "project_uuid", "project_uuid"),
  byAccount("repository_permission", "repository_uuid", "uuid"),
  byGroup("repository_group_permission", "repository_uuid", "uuid"),
];

function byAccount(table: string, key: string, repositoryKey: Holding["repositoryKey"]): Holding {
  return {
    rank: rankOf(`${table}.permission`),
    source: sql.table(table),
    key: `${table}.${key}`,
    repositoryKey,
    account: `${table}.account_uuid`,
  };
}

function byGroup(table: string, key: string, repositoryKey: Holding["repositoryKey"]): Holding {
  return {
    rank: rankOf(`${table}.permission`),
    source: sql`${sql.table(table)} inner join group_member on group_member.group_uuid = ${sql.ref(`${table}.group_uuid`)}`,
    key: `${table}.${key}`,
    repositoryKey,
    account: "group_member.account_uuid",
  };
}

/**
 * The rank of the account's permission in the repository of the row, by `HOLDINGS`. An app user is an administrator in
 * what it is of; it is not in lists of permissions.
 *
 * For queries that have the table in scope under the name `repository` or another given name. Each part is found by a
 * key: at most as many rows are read as the account and its groups have permissions there.
 */
export function effectiveRank(account: AccountReference, repository = "repository"): RawBuilder<number> {
  const parts = HOLDINGS.map(
    (holding) => sql`select ${holding.rank} as permission_rank from ${holding.source}
      where ${sql.ref(holding.key)} = ${sql.ref(`${repository}.${holding.repositoryKey}`)}
        and ${sql.ref(holding.account)} = ${account}`,
  );
  parts.push(sql`select ${sql.lit(permissionRank("admin"))} from app_user where app_user.account_uuid = ${account}
    and (app_user.repository_uuid = ${sql.ref(`${repository}.uuid`)}
      or app_user.project_uuid = ${sql.ref(`${repository}.project_uuid`)}
      or app_user.workspace_uuid = ${sql.ref(`${repository}.workspace_uuid`)})`);
  return sql<number>`coalesce((
    select max(held.permission_rank) from (${sql.join(parts, sql` union all `)}) as held
  ), 0)`;
}

export type HeldPermission = {
  readonly repository_uuid: string;
  readonly account_uuid: string;
  readonly permission_rank: number;
};

export type HeldPermissionsAsked = {
  readonly workspaceUuid: Uuid;
  /** Only in this repository. */
  readonly repositoryUuid?: Uuid | undefined;
  /** Only of this account. */
  readonly accountUuid?: Uuid | undefined;
  /** Only of one of these accounts. */
  readonly accountUuids?: readonly Uuid[] | undefined;
  /** Only within this bound. */
  readonly bound?: Bound | undefined;
  /** Only in this many repositories, the first by their slugs. */
  readonly repositoriesMax?: number | undefined;
  /** Only of accounts that are not in `membersWithPermission`. */
  readonly isBeyondMembership?: boolean;
};

/**
 * `effectiveRank` for many at once: a row for each repository and account with a permission there, `read` or more. The
 * number of rows read grows with the permissions, not with the number of repositories times that of accounts.
 */
export function heldPermissions(asked: HeldPermissionsAsked): RawBuilder<HeldPermission> {
  const parts = HOLDINGS.map((holding) => {
    const account = sql.ref(holding.account);
    const conditions = [
      sql`repository.workspace_uuid = ${asked.workspaceUuid}`,
      sql`${holding.rank} >= ${READ_RANK}`,
      ...narrowing(asked, account),
    ];
    return sql`select repository.uuid as repository_uuid, ${account} as account_uuid,
      ${holding.rank} as permission_rank
      from ${holding.source} inner join repository
        on ${sql.ref(holding.key)} = ${sql.ref(`repository.${holding.repositoryKey}`)}
      where ${sql.join(conditions, sql` and `)}`;
  });
  return sql<HeldPermission>`(
    select part.repository_uuid, part.account_uuid, max(part.permission_rank) as permission_rank
    from (${sql.join(parts, sql` union all `)}) as part
    group by part.repository_uuid, part.account_uuid
  )`;
}

const READ_RANK = sql.lit(permissionRank("read"));

function narrowing(asked: HeldPermissionsAsked, account: RawBuilder<unknown>): RawBuilder<unknown>[] {
  const { workspaceUuid, repositoryUuid, accountUuid, accountUuids, repositoriesMax, bound } = asked;
  return [
    ...(bound === undefined ? [] : [isRepositoryWithin(bound)]),
    ...(repositoryUuid === undefined ? [] : [sql`repository.uuid = ${repositoryUuid}`]),
    ...(accountUuid === undefined ? [] : [sql`${account} = ${accountUuid}`]),
    ...(accountUuids === undefined ? [] : [sql`${account} in (${sql.join(accountUuids)})`]),
    ...(asked.isBeyondMembership === true
      ? [sql`${account} not in ${membersWithPermission(workspaceUuid)}`]
      : []),
    ...(repositoriesMax === undefined
      ? []
      : [
          sql`repository.uuid in (select first.uuid from repository as first
            where first.workspace_uuid = ${workspaceUuid} order by first.slug limit ${repositoriesMax})`,
        ]),
  ];
}

/** The accounts that have a permission, `read` by default, in every repository of the workspace by their membership. */
export function membersWithPermission(
  workspaceUuid: Uuid,
  permission: Permission = "read",
): RawBuilder<{ account_uuid: string }> {
  return sql`(select workspace_member.account_uuid from workspace_member
    where workspace_member.workspace_uuid = ${workspaceUuid}
      and ${MEMBERSHIP.rank} >= ${sql.lit(permissionRank(permission))})`;
}

/**
 * Whether a viewer may see the repository of the row: it is public or they have read in it, and it is within their
 * bound.
 */
export function isVisible(viewer: Viewer, repository = "repository"): RawBuilder<SqlBool> {
  const isPublic = sql<SqlBool>`${sql.ref(`${repository}.is_private`)} = 0`;
  if (viewer.kind === "anonymous") return isPublic;
  return sql<SqlBool>`(${isPublic} or ${holds(viewer, "read", repository)})
    and ${isRepositoryWithin(viewer.bound, repository)}`;
}

/** Whether a viewer has a permission in the repository of the row by membership. Anonymous viewers never have. */
export function holds(
  viewer: Viewer,
  permission: Permission,
  repository = "repository",
): RawBuilder<SqlBool> {
  if (viewer.kind === "anonymous") return NOWHERE;
  const rank = sql.lit(permissionRank(permission));
  return sql<SqlBool>`(${effectiveRank(viewer.accountUuid, repository)} >= ${rank}
    and ${isRepositoryWithin(viewer.bound, repository)})`;
}

/** The statement of `findPermission`, for preparing. */
export function permissionQuery(db: Kysely<Schema>, repositoryUuid: string, accountUuid: string) {
  return db
    .selectFrom("repository")
    .select(effectiveRank(accountUuid).as("permission_rank"))
    .where("repository.uuid", "=", repositoryUuid);
}

/** The permission of an account by membership. The caller has to consider public visibility. */
export async function findPermission(
  db: Kysely<Schema>,
  repositoryUuid: Uuid,
  accountUuid: Uuid,
): Promise<Permission> {
  const row = await permissionQuery(db, repositoryUuid, accountUuid).executeTakeFirst();
  return permissionOfRank(row?.permission_rank);
}

/** Gives an account a permission in one repository, replacing the one it has there. */
export async function upsertRepositoryPermission(
  db: Kysely<Schema>,
  repositoryUuid: Uuid,
  accountUuid: Uuid,
  permission: Permission,
): Promise<void> {
  const grantee = { kind: "account", uuid: accountUuid } as const;
  await upsertExplicitPermission(db, { kind: "repository", uuid: repositoryUuid }, grantee, permission);
}
