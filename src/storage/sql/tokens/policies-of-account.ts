import { type Kysely, type RawBuilder, type SqlBool, sql } from "kysely";
import { parseAnyScope } from "../../../model/any-scope.ts";
import type { WorkspaceSlug } from "../../../model/slug.ts";
import type { TokenPolicy } from "../../../model/token-policy.ts";
import type { Uuid } from "../../../model/uuid.ts";
import { instant } from "../columns.ts";
import type { Schema } from "../schema.ts";
import { toNetworks } from "./private-content-rules.ts";

/** What a workspace asks of tokens, with the name by which it is known. */
export type WorkspacePolicy = TokenPolicy & { readonly workspaceSlug: WorkspaceSlug };

/** The policies of the workspaces that the account reaches, by their slugs; at most `limit` of them. */
export async function listPoliciesOfAccount(
  db: Kysely<Schema>,
  accountUuid: Uuid,
  limit: number,
): Promise<readonly WorkspacePolicy[]> {
  const rows = await db
    .selectFrom("workspace_token_policy")
    .innerJoin("workspace", "workspace.uuid", "workspace_token_policy.workspace_uuid")
    .select([
      "workspace.uuid",
      "workspace.slug",
      "workspace_token_policy.lifetime_days_max",
      "workspace_token_policy.networks",
      "workspace_token_policy.requires_two_step",
      "workspace_token_policy.enforced_from",
      "workspace_token_policy.changed_at",
    ])
    .where(isReachedBy(accountUuid))
    .orderBy("workspace.slug")
    .limit(limit)
    .execute();
  if (rows.length === 0) return [];
  const refused = await db
    .selectFrom("workspace_refused_scope")
    .select(["workspace_uuid", "scope"])
    .where(
      "workspace_uuid",
      "in",
      rows.map(({ uuid }) => uuid),
    )
    .orderBy("scope")
    .execute();
  return rows.map((row) => ({
    workspaceSlug: row.slug as WorkspaceSlug,
    lifetimeDaysMax: row.lifetime_days_max ?? undefined,
    refusedScopes: refused.flatMap(({ workspace_uuid, scope }) =>
      workspace_uuid === row.uuid ? (parseAnyScope(scope) ?? []) : [],
    ),
    networks: toNetworks(row.networks ?? ""),
    requiresTwoStep: row.requires_two_step === 1,
    enforcedFrom: instant(row.enforced_from),
    changedAt: instant(row.changed_at),
  }));
}

/** As a member, or by a permission in a project or repository. */
function isReachedBy(accountUuid: Uuid): RawBuilder<SqlBool> {
  return sql<SqlBool>`(exists (select 1 from workspace_member
      where workspace_member.workspace_uuid = workspace.uuid and workspace_member.account_uuid = ${accountUuid})
    or exists (select 1 from project inner join project_permission on project_permission.project_uuid = project.uuid
      where project.workspace_uuid = workspace.uuid and project_permission.account_uuid = ${accountUuid}
        and project_permission.permission <> 'none')
    or exists (select 1 from repository_permission
      inner join repository on repository.uuid = repository_permission.repository_uuid
      where repository.workspace_uuid = workspace.uuid and repository_permission.account_uuid = ${accountUuid}
        and repository_permission.permission <> 'none'))`;
}
