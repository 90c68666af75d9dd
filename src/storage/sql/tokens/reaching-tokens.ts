import { type Kysely, type RawBuilder, type SqlBool, sql } from "kysely";
import type { Account } from "../../../model/account.ts";
import { foldCase } from "../../../model/fold-case.ts";
import type { GrantedScope } from "../../../model/scope.ts";
import type { ApiToken, TokenOrigin } from "../../../model/token.ts";
import {
  EXPIRING_DAYS,
  TOKEN_GROUPS,
  type TokenGroup,
  type TokenOrder,
  UNUSED_DAYS,
} from "../../../model/token-groups.ts";
import type { Uuid } from "../../../model/uuid.ts";
import { ACCOUNT_COLUMNS, toAccount } from "../accounts/accounts.ts";
import { optionalInstant } from "../columns.ts";
import { heldPermissions, membersWithPermission } from "../permissions/permissions.ts";
import type { Schema } from "../schema.ts";
import { reachesRepositoryByBound, reachesWorkspaceByBound } from "./reaches-by-bound.ts";
import { REFUSED_FROM, VIOLATES } from "./token-refusals.ts";
import { TOKEN_COLUMNS, toApiToken } from "./tokens.ts";

/** A living token that opens something in a workspace, as far as its scopes and its owner's permissions are concerned. */
export type ReachingToken = {
  readonly token: ApiToken;
  readonly account: Account;
  /** Of its last use. Undefined: it was never used, or before that was recorded. */
  readonly lastUsedFrom: TokenOrigin | undefined;
  /** Undefined: it is not against the policy of the workspace. */
  readonly refusedFrom: Date | undefined;
  /** When an owner of the workspace revoked it there. */
  readonly blockedAt: Date | undefined;
};

/** The last entry of a page: in the order of the list, the next page begins behind it. */
export type TokenCursor = { readonly at: number; readonly uuid: Uuid };

export type ReachingTokensAsked = {
  readonly workspaceUuid: Uuid;
  readonly now: Date;
  readonly group?: TokenGroup | undefined;
  /** In the name of the token, or of its owner. */
  readonly text?: string | undefined;
  readonly scope?: GrantedScope | undefined;
  /** Only of accounts that may read this repository by membership. */
  readonly repositoryUuid?: Uuid | undefined;
};

const DAY_MS = 86_400_000;

/** The accounts with a membership or a permission in the workspace. In a group there are only members. */
export function reachingAccounts(workspaceUuid: Uuid): RawBuilder<string> {
  return sql<string>`(
    select workspace_member.account_uuid from workspace_member
      where workspace_member.workspace_uuid = ${workspaceUuid}
    union
    select project_permission.account_uuid from project_permission
      inner join project on project.uuid = project_permission.project_uuid
      where project.workspace_uuid = ${workspaceUuid} and project_permission.permission <> 'none'
    union
    select repository_permission.account_uuid from repository_permission
      inner join repository on repository.uuid = repository_permission.repository_uuid
      where repository.workspace_uuid = ${workspaceUuid} and repository_permission.permission <> 'none'
  )`;
}

/**
 * Every living token that reaches the workspace, without those that were derived from one of them; `policy` and `block` are in
 * scope beside it.
 */
function livingTokens(db: Kysely<Schema>, workspaceUuid: Uuid, now: Date) {
  return (
    db
      .selectFrom("api_token")
      .innerJoin("account", "account.uuid", "api_token.account_uuid")
      .leftJoin("workspace_token_policy as policy", (join) =>
        join.on("policy.workspace_uuid", "=", workspaceUuid),
      )
      .leftJoin("workspace_token_block as block", (join) =>
        join.onRef("block.token_uuid", "=", "api_token.uuid").on("block.workspace_uuid", "=", workspaceUuid),
      )
      .where("api_token.kind", "=", "api-token")
      .where("api_token.parent_uuid", "is", null)
      .where(reachesWorkspaceByBound(workspaceUuid))
      .where("api_token.account_uuid", "in", reachingAccounts(workspaceUuid))
      .where("api_token.revoked_at", "is", null)
      .where("api_token.expires_at", ">", now.getTime())
      .where("account.disabled_at", "is", null)
      // Others open nothing of a workspace.
      .where("api_token.scopes", "like", "%:bitbucket%")
  );
}

function inGroup(group: TokenGroup, now: Date): RawBuilder<SqlBool> {
  switch (group) {
    case "expiring":
      return sql<SqlBool>`api_token.expires_at <= ${now.getTime() + EXPIRING_DAYS * DAY_MS}`;
    case "unused":
      return sql<SqlBool>`coalesce(api_token.last_used_at, api_token.created_at) < ${now.getTime() - UNUSED_DAYS * DAY_MS}`;
    case "against":
      return IS_AGAINST;
    case "write":
      return sql<SqlBool>`(' ' || api_token.scopes like '% write:%' or ' ' || api_token.scopes like '% admin:%'
        or ' ' || api_token.scopes like '% delete:%')`;
  }
}

const IS_AGAINST = sql<SqlBool>`(policy.workspace_uuid is not null and ${VIOLATES})`;
const LAST_USED = sql<number>`coalesce(api_token.last_used_at, 0)`;

function selected(db: Kysely<Schema>, asked: ReachingTokensAsked) {
  const { workspaceUuid, now, group, text, scope, repositoryUuid } = asked;
  let query = livingTokens(db, workspaceUuid, now);
  if (group !== undefined) query = query.where(inGroup(group, now));
  if (scope !== undefined)
    query = query.where(sql<SqlBool>`' ' || api_token.scopes || ' ' like ${`% ${scope} %`}`);
  if (text !== undefined) {
    const pattern = sql`cast(${`%${foldCase(text).replace(/[\\%_]/g, "\\$&")}%`} as text)`;
    const columns = ["api_token.name", "account.display_name", "account.username"];
    const found = columns.map((column) => sql`fold_case(${sql.ref(column)}) like ${pattern} escape '\\'`);
    query = query.where(sql<SqlBool>`(${sql.join(found, sql` or `)})`);
  }
  if (repositoryUuid !== undefined) {
    const held = heldPermissions({ workspaceUuid, repositoryUuid });
    query = query
      .where(sql<SqlBool>`api_token.account_uuid in (select held.account_uuid from ${held} as held)`)
      .where(reachesRepositoryByBound(repositoryUuid));
  }
  return query;
}

/** By expiry the soonest first, by last use the latest first. */
export async function listReachingTokens(
  db: Kysely<Schema>,
  asked: ReachingTokensAsked & {
    readonly order: TokenOrder;
    readonly after?: TokenCursor | undefined;
    readonly limit: number;
  },
): Promise<readonly (ReachingToken & { readonly cursor: TokenCursor })[]> {
  const { order, after, limit } = asked;
  const key = order === "expiry" ? sql<number>`api_token.expires_at` : LAST_USED;
  let query = selected(db, asked).select(COLUMNS).select(key.as("cursor_at"));
  if (after !== undefined) query = query.where(isBehind(order, key, after));
  const rows = await query
    .orderBy(key, order === "expiry" ? "asc" : "desc")
    .orderBy("api_token.uuid")
    .limit(limit)
    .execute();
  return rows.map((row) => ({
    ...toReachingToken(row),
    cursor: { at: Number(row.cursor_at), uuid: row.uuid as Uuid },
  }));
}

function isBehind(order: TokenOrder, key: RawBuilder<number>, { at, uuid }: TokenCursor) {
  const comparison = order === "expiry" ? sql`>` : sql`<`;
  return sql<SqlBool>`(${key} ${comparison} ${at} or (${key} = ${at} and api_token.uuid > ${uuid}))`;
}

const COLUMNS = [
  ...TOKEN_COLUMNS,
  ...ACCOUNT_COLUMNS.filter((column) => column !== "account.uuid" && column !== "account.created_at"),
  "account.created_at as account_created_at" as const,
  "block.blocked_at" as const,
  "api_token.last_used_address" as const,
  "api_token.last_used_client" as const,
  sql<number | null>`case when ${IS_AGAINST} then ${REFUSED_FROM} end`.as("refused_from"),
];

type Row = Parameters<typeof toApiToken>[0] &
  Omit<Parameters<typeof toAccount>[0], "uuid" | "created_at"> & {
    readonly account_created_at: number;
    readonly blocked_at: number | null;
    readonly last_used_address: string | null;
    readonly last_used_client: string | null;
    readonly refused_from: number | null;
  };

function toReachingToken(row: Row): ReachingToken {
  return {
    token: toApiToken(row),
    account: toAccount({ ...row, uuid: row.account_uuid, created_at: row.account_created_at }),
    lastUsedFrom:
      row.last_used_address === null
        ? undefined
        : { address: row.last_used_address, client: row.last_used_client ?? undefined },
    refusedFrom: optionalInstant(row.refused_from),
    blockedAt: optionalInstant(row.blocked_at),
  };
}

export async function findReachingToken(
  db: Kysely<Schema>,
  workspaceUuid: Uuid,
  tokenUuid: Uuid,
  now: Date,
): Promise<ReachingToken | undefined> {
  const row = await livingTokens(db, workspaceUuid, now)
    .select(COLUMNS)
    .where("api_token.uuid", "=", tokenUuid)
    .executeTakeFirst();
  return row && toReachingToken(row);
}

/** How many tokens there are, all of them and in each group, or of those that are asked for. */
export async function countReachingTokens(
  db: Kysely<Schema>,
  asked: ReachingTokensAsked,
): Promise<Readonly<Record<"all" | TokenGroup, number>>> {
  const counts = TOKEN_GROUPS.map((group) =>
    sql<number>`coalesce(sum(case when ${inGroup(group, asked.now)} then 1 else 0 end), 0)`.as(group),
  );
  const row = await selected(db, asked)
    .select(sql<number>`count(*)`.as("all"))
    .select(counts)
    .executeTakeFirstOrThrow();
  const { all, expiring, unused, against, write } = row;
  return {
    all: Number(all),
    expiring: Number(expiring),
    unused: Number(unused),
    against: Number(against),
    write: Number(write),
  };
}

/** How many repositories of the workspace each of these accounts may read by membership, or `all`. */
export async function countReachedRepositories(
  db: Kysely<Schema>,
  workspaceUuid: Uuid,
  accountUuids: readonly Uuid[],
): Promise<ReadonlyMap<Uuid, number>> {
  if (accountUuids.length === 0) return new Map();
  const members = membersWithPermission(workspaceUuid);
  const { rows: everywhere } = await sql<{ account_uuid: string; repositories: number }>`
    select account.uuid as account_uuid,
      (select count(*) from repository where repository.workspace_uuid = ${workspaceUuid}) as repositories
    from account where account.uuid in (${sql.join(accountUuids)}) and account.uuid in ${members}`.execute(
    db,
  );
  const held = heldPermissions({ workspaceUuid, accountUuids, isBeyondMembership: true });
  const { rows: beyond } = await sql<{ account_uuid: string; repositories: number }>`
    select held.account_uuid, count(*) as repositories from ${held} as held group by held.account_uuid`.execute(
    db,
  );
  return new Map(
    [...everywhere, ...beyond].map((row) => [row.account_uuid as Uuid, Number(row.repositories)]),
  );
}

/** Those of one account, by expiry. */
export async function listTokensOfReaching(
  db: Kysely<Schema>,
  workspaceUuid: Uuid,
  accountUuid: Uuid,
  now: Date,
): Promise<readonly ApiToken[]> {
  const rows = await livingTokens(db, workspaceUuid, now)
    .select(COLUMNS)
    .where("api_token.account_uuid", "=", accountUuid)
    .orderBy("api_token.expires_at")
    .execute();
  return rows.map(toApiToken);
}
