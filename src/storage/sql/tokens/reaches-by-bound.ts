import { type RawBuilder, type SqlBool, sql } from "kysely";
import type { Uuid } from "../../../model/uuid.ts";

const NAMES_NOTHING = sql`(api_token.bound not like '%"repositories"%' and api_token.bound not like '%"projects"%'
  and api_token.bound not like '%"workspaces"%')`;

/**
 * Whether the bound of the row `api_token` names a workspace, or something in it, or no place at all: for lists, which may have one
 * token too many (what two bounds name together may be nothing). No access depends on it.
 *
 * UUIDs stand in the stored JSON as they are, and only there.
 */
export function reachesWorkspaceByBound(workspaceUuid: Uuid): RawBuilder<SqlBool> {
  return sql<SqlBool>`(api_token.bound is null or ${NAMES_NOTHING} or ${isNamed(sql`${workspaceUuid}`)}
    or exists (select 1 from project as named where named.workspace_uuid = ${workspaceUuid}
      and ${isNamed(sql`named.uuid`)})
    or exists (select 1 from repository as named where named.workspace_uuid = ${workspaceUuid}
      and ${isNamed(sql`named.uuid`)}))`;
}

/** The same for one repository of it. */
export function reachesRepositoryByBound(repositoryUuid: Uuid): RawBuilder<SqlBool> {
  return sql<SqlBool>`(api_token.bound is null or ${NAMES_NOTHING}
    or exists (select 1 from repository as named where named.uuid = ${repositoryUuid}
      and (${isNamed(sql`named.uuid`)} or ${isNamed(sql`named.project_uuid`)} or ${isNamed(sql`named.workspace_uuid`)})))`;
}

function isNamed(uuid: RawBuilder<unknown>): RawBuilder<SqlBool> {
  return sql<SqlBool>`api_token.bound like '%' || cast(${uuid} as text) || '%'`;
}
