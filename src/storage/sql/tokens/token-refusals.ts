import { type Kysely, type RawBuilder, type SqlBool, sql } from "kysely";
import type { ApiToken } from "../../../model/token.ts";
import type { TokenPolicy, WorkspaceRefusal } from "../../../model/token-policy.ts";
import type { Uuid } from "../../../model/uuid.ts";
import { instant } from "../columns.ts";
import type { Schema } from "../schema.ts";
import { findTokenPolicy } from "./token-policies.ts";

/** A product of two `integer` would not fit into one. */
const DAY_MS = sql`cast(86400000 as bigint)`;

/** Whether the token of the row `token` violates the policy of the row `policy`: the SQL form of `policyViolations`. */
function violates(token: string): RawBuilder<SqlBool> {
  const of = (column: string) => sql.ref(`${token}.${column}`);
  return sql<SqlBool>`(
  ${of("expires_at")} - ${of("created_at")} > policy.lifetime_days_max * ${DAY_MS}
  or ${hasRefusedScope(token)}
)`;
}

/** Whether a row with scopes has one that the policy of the row `policy` forbids. */
export function hasRefusedScope(row: string): RawBuilder<SqlBool> {
  return sql<SqlBool>`exists (select 1 from workspace_refused_scope as refused
    where refused.workspace_uuid = policy.workspace_uuid
      and (' ' || ${sql.ref(`${row}.scopes`)} || ' ') like ('% ' || refused.scope || ' %'))`;
}

/** The SQL form of `refusedFrom`. */
function refusedFromOf(token: string): RawBuilder<number> {
  const createdAt = sql.ref(`${token}.created_at`);
  return sql<number>`case when ${createdAt} > policy.changed_at then ${createdAt} else policy.enforced_from end`;
}

/** For statements with the table `api_token` in scope. */
export const VIOLATES: RawBuilder<SqlBool> = violates("api_token");
export const REFUSED_FROM: RawBuilder<number> = refusedFromOf("api_token");

/**
 * The workspaces that refuse the token of the row `api_token`, or will: `<uuid>:<from>` separated by spaces, null if none
 * does. It is read with the token, by the same statement; there are as many policies as workspaces that have one. Who
 * refuses a token refuses all that are derived from it.
 */
export const REFUSALS: RawBuilder<string | null> = sql<string | null>`(
  select string_agg(refusal.workspace_uuid || ':' || refusal.refused_from, ' ') from (
    select policy.workspace_uuid, ${REFUSED_FROM} as refused_from from workspace_token_policy as policy
      where ${VIOLATES}
    union all
    select block.workspace_uuid, block.blocked_at from workspace_token_block as block
      where block.token_uuid = api_token.uuid
    union all
    select policy.workspace_uuid, ${refusedFromOf("ancestor")} from api_token_ancestor as derived
      inner join api_token as ancestor on ancestor.uuid = derived.ancestor_uuid
      cross join workspace_token_policy as policy
      where derived.token_uuid = api_token.uuid and ${violates("ancestor")}
    union all
    select block.workspace_uuid, block.blocked_at from api_token_ancestor as derived
      inner join workspace_token_block as block on block.token_uuid = derived.ancestor_uuid
      where derived.token_uuid = api_token.uuid
  ) as refusal
)`;

const NONE: readonly WorkspaceRefusal[] = [];

export function toRefusals(text: string | null): readonly WorkspaceRefusal[] {
  if (text === null) return NONE;
  return text.split(" ").map((refusal) => {
    const [workspaceUuid, from] = refusal.split(":");
    return { workspaceUuid: workspaceUuid as Uuid, from: instant(Number(from)) };
  });
}

/** Why a workspace refuses a token, as far as its policy and its owners are concerned. */
export type TokenRefusalCauses = {
  readonly workspaceSlug: string;
  readonly policy: TokenPolicy | undefined;
  /** When an owner revoked it there. */
  readonly blockedAt: Date | undefined;
};

export async function getTokenRefusalCauses(
  db: Kysely<Schema>,
  workspaceUuid: Uuid,
  token: Pick<ApiToken, "uuid">,
): Promise<TokenRefusalCauses> {
  const workspace = await db
    .selectFrom("workspace")
    .select("slug")
    .where("uuid", "=", workspaceUuid)
    .executeTakeFirst();
  const block = await db
    .selectFrom("workspace_token_block")
    .select("blocked_at")
    .where("token_uuid", "=", token.uuid)
    .where("workspace_uuid", "=", workspaceUuid)
    .executeTakeFirst();
  return {
    workspaceSlug: workspace?.slug ?? "",
    policy: await findTokenPolicy(db, workspaceUuid),
    blockedAt: block && instant(block.blocked_at),
  };
}
