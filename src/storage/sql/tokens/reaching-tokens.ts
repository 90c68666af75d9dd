import { type Kysely, type RawBuilder, type SqlBool, sql } from "kysely";
import type { Account } from "../../../model/account.ts";
import { foldCase } from "../../../model/fold-case.ts";
import type { HeldCredential, HeldKind } from "../../../model/held-credential.ts";
import { GRANT_AGE_MS_MAX, type OauthGrantKind } from "../../../model/oauth-grant.ts";
import type { TokenOrigin } from "../../../model/token.ts";
import {
  EXPIRING_DAYS,
  TOKEN_GROUPS,
  type TokenGroup,
  type TokenOrder,
  UNUSED_DAYS,
} from "../../../model/token-groups.ts";
import type { AnyScope } from "../../../model/token-policy.ts";
import type { Uuid } from "../../../model/uuid.ts";
import { ACCOUNT_COLUMNS, toAccount } from "../accounts/accounts.ts";
import { instant, optionalInstant } from "../columns.ts";
import { heldPermissions, membersWithPermission } from "../permissions/permissions.ts";
import type { Schema } from "../schema.ts";
import { toBound } from "./bound-column.ts";
import { reachesRepositoryByBound, reachesWorkspaceByBound } from "./reaches-by-bound.ts";
import { hasRefusedScope, REFUSED_FROM, VIOLATES } from "./token-refusals.ts";
import { toOauthScopes, toScopes } from "./tokens.ts";

/** A living token or grant that opens something in a workspace, as far as its scopes and its owner's permissions are concerned. */
export type ReachingToken = {
  readonly token: HeldCredential;
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
  readonly scope?: AnyScope | undefined;
  readonly kind?: HeldKind | undefined;
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

/** The app users that act in the workspace, in a project or in a repository of it. */
function appUsersOf(workspaceUuid: Uuid): RawBuilder<string> {
  return sql<string>`(
    select app_user.account_uuid from app_user where app_user.workspace_uuid = ${workspaceUuid}
    union
    select app_user.account_uuid from app_user inner join project on project.uuid = app_user.project_uuid
      where project.workspace_uuid = ${workspaceUuid}
    union
    select app_user.account_uuid from app_user inner join repository on repository.uuid = app_user.repository_uuid
      where repository.workspace_uuid = ${workspaceUuid}
  )`;
}

type HeldRow = {
  readonly kind: string;
  readonly uuid: string;
  readonly account_uuid: string;
  readonly name: string;
  readonly scopes: string;
  readonly bound: string | null;
  readonly created_at: number;
  readonly expires_at: number | null;
  readonly last_used_at: number | null;
  readonly last_used_address: string | null;
  readonly last_used_client: string | null;
  readonly consumer_uuid: string | null;
  readonly consumer_workspace_uuid: string | null;
};

type Named = { readonly uuid?: Uuid | undefined; readonly accountUuid?: Uuid | undefined };

/** The living tokens and grants of those who reach the workspace, or of these the ones that are named. */
function heldRows(workspaceUuid: Uuid, now: Date, { uuid, accountUuid }: Named): RawBuilder<HeldRow> {
  const [people, appUsers] = [reachingAccounts(workspaceUuid), appUsersOf(workspaceUuid)];
  const named = (row: string) =>
    sql.join(
      [
        sql`1 = 1`,
        ...(uuid === undefined ? [] : [sql`${sql.ref(`${row}.uuid`)} = ${uuid}`]),
        ...(accountUuid === undefined ? [] : [sql`${sql.ref(`${row}.account_uuid`)} = ${accountUuid}`]),
      ],
      sql` and `,
    );
  const token = sql`token.kind, token.uuid, token.account_uuid, token.name, token.scopes, token.bound,
    token.created_at, token.expires_at, token.last_used_at, token.last_used_address, token.last_used_client,
    cast(null as text) as consumer_uuid, cast(null as text) as consumer_workspace_uuid`;
  // Those that were derived are their holders' affair: they end with their parents.
  const living = sql`token.parent_uuid is null and token.revoked_at is null and token.expires_at > ${now.getTime()}
    and ${named("token")}`;
  const grant = (accounts: RawBuilder<string>, kinds: readonly OauthGrantKind[], end: RawBuilder<unknown>) =>
    sql`select 'grant' as kind, held.uuid, held.account_uuid, coalesce(consumer.name, holder.display_name) as name,
      held.scopes, cast(null as text) as bound, held.created_at, ${end} as expires_at, held.last_used_at,
      cast(null as text) as last_used_address, cast(null as text) as last_used_client, held.consumer_uuid,
      consumer.workspace_uuid as consumer_workspace_uuid
      from oauth_grant as held inner join account as holder on holder.uuid = held.account_uuid
        left join oauth_consumer as consumer on consumer.uuid = held.consumer_uuid
      where held.revoked_at is null and held.kind in (${sql.join(kinds)}) and held.account_uuid in ${accounts}
        and ${named("held")}
        and (exists (select 1 from oauth_refresh_token as refresh where refresh.grant_uuid = held.uuid
            and refresh.used_at is null and refresh.expires_at > ${now.getTime()})
          or exists (select 1 from api_token as token where token.grant_uuid = held.uuid
            and token.revoked_at is null and token.expires_at > ${now.getTime()}))`;
  const parts = [
    // Others open nothing of a workspace.
    sql`select ${token} from api_token as token where token.kind = 'api-token' and ${living}
      and token.account_uuid in ${people} and token.scopes like '%:bitbucket%'`,
    sql`select ${token} from api_token as token where token.kind = 'access-token' and ${living}
      and token.account_uuid in ${appUsers}`,
    grant(people, ["authorization-code", "device"], sql`held.created_at + ${sql.lit(GRANT_AGE_MS_MAX)}`),
    grant(appUsers, ["client-credentials", "app"], sql`cast(null as bigint)`),
  ];
  return sql<HeldRow>`(${sql.join(parts, sql` union all `)})`;
}

/**
 * Every living token and grant that reaches the workspace as `api_token`, which is what conditions of tokens call it; `policy`
 * and `block` are in scope beside it.
 */
function livingTokens(db: Kysely<Schema>, workspaceUuid: Uuid, now: Date, named: Named = {}) {
  return db
    .selectFrom(heldRows(workspaceUuid, now, named).as("api_token"))
    .innerJoin("account", "account.uuid", "api_token.account_uuid")
    .leftJoin("workspace_token_policy as policy", (join) =>
      join.on("policy.workspace_uuid", "=", workspaceUuid),
    )
    .leftJoin("workspace_token_block as block", (join) =>
      join.onRef("block.token_uuid", "=", "api_token.uuid").on("block.workspace_uuid", "=", workspaceUuid),
    )
    .where(reachesWorkspaceByBound(workspaceUuid))
    .where("account.disabled_at", "is", null);
}

function inGroup(group: TokenGroup, now: Date): RawBuilder<SqlBool> {
  switch (group) {
    case "expiring":
      return sql<SqlBool>`coalesce(api_token.expires_at, ${NEVER}) <= ${now.getTime() + EXPIRING_DAYS * DAY_MS}`;
    case "unused":
      return sql<SqlBool>`coalesce(api_token.last_used_at, api_token.created_at) < ${now.getTime() - UNUSED_DAYS * DAY_MS}`;
    case "against":
      return IS_AGAINST;
    case "write":
      return sql<SqlBool>`(${sql.join(
        WRITING_SCOPES.map(
          (pattern) => sql`' ' || api_token.scopes || ' ' like ${sql.lit(`% ${pattern} %`)}`,
        ),
        sql` or `,
      )})`;
  }
}

/** Of both vocabularies. */
const WRITING_SCOPES = [
  "write:%",
  "admin:%",
  "delete:%",
  "%:write",
  "%:admin",
  "%:delete",
  "webhook",
  "wiki",
  "pipeline:variable",
];

/** After all instants at which something ends. */
const NEVER = sql.lit(999_999_999_999_999);

/** The SQL form of `heldViolations`. */
const IS_AGAINST = sql<SqlBool>`(policy.workspace_uuid is not null
  and case when api_token.kind = 'grant' then ${hasRefusedScope("api_token")} else ${VIOLATES} end)`;

/** The tokens of a grant are new ones again and again, which no date spares. */
const HELD_REFUSED_FROM = sql<number>`case
  when api_token.kind = 'grant' and api_token.created_at <= policy.changed_at then policy.changed_at
  else ${REFUSED_FROM} end`;

const LAST_USED = sql<number>`coalesce(api_token.last_used_at, 0)`;

function selected(db: Kysely<Schema>, asked: ReachingTokensAsked) {
  const { workspaceUuid, now, group, kind, text, scope, repositoryUuid } = asked;
  let query = livingTokens(db, workspaceUuid, now);
  if (kind !== undefined) query = query.where("api_token.kind", "=", kind);
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
      .where(
        sql<SqlBool>`(api_token.account_uuid in (select held.account_uuid from ${held} as held)
          or exists (select 1 from app_user inner join repository on repository.uuid = ${repositoryUuid}
            where app_user.account_uuid = api_token.account_uuid and (app_user.repository_uuid = repository.uuid
              or app_user.project_uuid = repository.project_uuid or app_user.workspace_uuid = repository.workspace_uuid)))`,
      )
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
  const key = order === "expiry" ? sql<number>`coalesce(api_token.expires_at, ${NEVER})` : LAST_USED;
  let query = withResources(selected(db, asked)).select(COLUMNS).select(key.as("cursor_at"));
  if (after !== undefined) query = query.where(isBehind(order, key, after));
  const rows = await query
    .orderBy(key, order === "expiry" ? "asc" : "desc")
    .orderBy("api_token.uuid")
    .limit(limit)
    .execute();
  const origins = await originsOfGrants(db, rows);
  return rows.map((row) => ({
    ...toReachingToken(row, asked.workspaceUuid, origins),
    cursor: { at: Number(row.cursor_at), uuid: row.uuid as Uuid },
  }));
}

function isBehind(order: TokenOrder, key: RawBuilder<number>, { at, uuid }: TokenCursor) {
  const comparison = order === "expiry" ? sql`>` : sql`<`;
  return sql<SqlBool>`(${key} ${comparison} ${at} or (${key} = ${at} and api_token.uuid > ${uuid}))`;
}

function withResources(query: ReturnType<typeof livingTokens>) {
  return query
    .leftJoin("app_user", "app_user.account_uuid", "api_token.account_uuid")
    .leftJoin("repository as of_repository", "of_repository.uuid", "app_user.repository_uuid")
    .leftJoin("project as of_project", "of_project.uuid", "app_user.project_uuid")
    .leftJoin("workspace as of_workspace", "of_workspace.uuid", "app_user.workspace_uuid");
}

const COLUMNS = [
  "api_token.kind",
  "api_token.uuid",
  "api_token.account_uuid",
  "api_token.name",
  "api_token.scopes",
  "api_token.bound",
  "api_token.created_at",
  "api_token.expires_at",
  "api_token.last_used_at",
  "api_token.last_used_address",
  "api_token.last_used_client",
  "api_token.consumer_uuid",
  "api_token.consumer_workspace_uuid",
  ...ACCOUNT_COLUMNS.filter((column) => column !== "account.uuid" && column !== "account.created_at"),
  "account.created_at as account_created_at" as const,
  "block.blocked_at" as const,
  "of_repository.slug as repository_slug" as const,
  "of_project.key as project_key" as const,
  "of_workspace.slug as workspace_slug" as const,
  sql<number | null>`case when ${IS_AGAINST} then ${HELD_REFUSED_FROM} end`.as("refused_from"),
] as const;

type Row = HeldRow &
  Omit<Parameters<typeof toAccount>[0], "uuid" | "created_at"> & {
    readonly account_created_at: number;
    readonly blocked_at: number | null;
    readonly refused_from: number | null;
    readonly repository_slug: string | null;
    readonly project_key: string | null;
    readonly workspace_slug: string | null;
  };

function toReachingToken(
  row: Row,
  workspaceUuid: Uuid,
  origins: ReadonlyMap<string, TokenOrigin>,
): ReachingToken {
  return {
    token: toHeldCredential(row, workspaceUuid),
    account: toAccount({ ...row, uuid: row.account_uuid, created_at: row.account_created_at }),
    lastUsedFrom: toOrigin(row) ?? origins.get(row.uuid),
    refusedFrom: optionalInstant(row.refused_from),
    blockedAt: optionalInstant(row.blocked_at),
  };
}

function toHeldCredential(row: Row, workspaceUuid: Uuid): HeldCredential {
  const common = {
    uuid: row.uuid as Uuid,
    name: row.name,
    bound: toBound(row.bound),
    createdAt: instant(row.created_at),
    lastUsedAt: optionalInstant(row.last_used_at),
  };
  const expiresAt = optionalInstant(row.expires_at);
  const kind = row.kind as HeldKind;
  switch (kind) {
    case "api-token":
      return { ...common, kind, scopes: toScopes(row.scopes), expiresAt: expiresAt! };
    case "access-token":
      return {
        ...common,
        kind,
        scopes: toOauthScopes(row.scopes),
        expiresAt: expiresAt!,
        resource: toResource(row),
      };
    case "grant": {
      const { consumer_uuid: uuid, consumer_workspace_uuid: owner } = row;
      const consumer = uuid === null ? undefined : { uuid: uuid as Uuid, isOwn: owner === workspaceUuid };
      return { ...common, kind, scopes: toOauthScopes(row.scopes), expiresAt, consumer };
    }
  }
}

function toResource({ repository_slug: repository, project_key: project, workspace_slug: workspace }: Row) {
  if (repository !== null) return { kind: "repository", name: repository } as const;
  if (project !== null) return { kind: "project", name: project } as const;
  return { kind: "workspace", name: workspace ?? "" } as const;
}

function toOrigin({
  last_used_address: address,
  last_used_client: client,
}: Pick<Row, "last_used_address" | "last_used_client">): TokenOrigin | undefined {
  return address === null ? undefined : { address, client: client ?? undefined };
}

/** From where the token of a grant was used that was used last. */
async function originsOfGrants(
  db: Kysely<Schema>,
  rows: readonly Pick<Row, "kind" | "uuid">[],
): Promise<ReadonlyMap<string, TokenOrigin>> {
  const uuids = rows.filter(({ kind }) => kind === "grant").map(({ uuid }) => uuid);
  if (uuids.length === 0) return new Map();
  const { rows: found } = await sql<
    Pick<Row, "last_used_address" | "last_used_client"> & { grant_uuid: string }
  >`
    select used.grant_uuid, used.last_used_address, used.last_used_client from (
      select token.grant_uuid, token.last_used_address, token.last_used_client,
        row_number() over (partition by token.grant_uuid order by token.last_used_at desc, token.uuid) as place
      from api_token as token
      where token.grant_uuid in (${sql.join(uuids)}) and token.last_used_address is not null
    ) as used where used.place = 1`.execute(db);
  return new Map(
    found.flatMap((row) => {
      const origin = toOrigin(row);
      return origin === undefined ? [] : [[row.grant_uuid, origin] as const];
    }),
  );
}

export async function findReachingToken(
  db: Kysely<Schema>,
  workspaceUuid: Uuid,
  uuid: Uuid,
  now: Date,
): Promise<ReachingToken | undefined> {
  const row = await withResources(livingTokens(db, workspaceUuid, now, { uuid }))
    .select(COLUMNS)
    .executeTakeFirst();
  return row && toReachingToken(row, workspaceUuid, await originsOfGrants(db, [row]));
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
): Promise<readonly HeldCredential[]> {
  const rows = await withResources(livingTokens(db, workspaceUuid, now, { accountUuid }))
    .select(COLUMNS)
    .orderBy(sql`coalesce(api_token.expires_at, ${NEVER})`)
    .execute();
  return rows.map((row) => toHeldCredential(row, workspaceUuid));
}
