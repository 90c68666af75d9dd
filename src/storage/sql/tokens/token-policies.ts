import type { Kysely } from "kysely";
import { parseAnyScope } from "../../../model/any-scope.ts";
import type { TokenPolicy } from "../../../model/token-policy.ts";
import type { Uuid } from "../../../model/uuid.ts";
import { flag, instant } from "../columns.ts";
import type { Schema } from "../schema.ts";
import { toNetworks } from "./private-content-rules.ts";

/** Undefined: the workspace asks nothing of tokens. */
export async function findTokenPolicy(
  db: Kysely<Schema>,
  workspaceUuid: Uuid,
): Promise<TokenPolicy | undefined> {
  const rows = await db
    .selectFrom("workspace_token_policy")
    .leftJoin("workspace_refused_scope", (join) =>
      join.onRef("workspace_refused_scope.workspace_uuid", "=", "workspace_token_policy.workspace_uuid"),
    )
    .select(["lifetime_days_max", "networks", "requires_two_step", "enforced_from", "changed_at", "scope"])
    .where("workspace_token_policy.workspace_uuid", "=", workspaceUuid)
    .orderBy("scope")
    .execute();
  const [first] = rows;
  if (first === undefined) return undefined;
  return {
    lifetimeDaysMax: first.lifetime_days_max ?? undefined,
    refusedScopes: rows.flatMap(({ scope }) => parseAnyScope(scope ?? "") ?? []),
    networks: toNetworks(first.networks ?? ""),
    requiresTwoStep: first.requires_two_step === 1,
    enforcedFrom: instant(first.enforced_from),
    changedAt: instant(first.changed_at),
  };
}

/** Replaces the policy of a workspace. Undefined: it has none any more. */
export async function replaceTokenPolicy(
  tx: Kysely<Schema>,
  workspaceUuid: Uuid,
  policy: TokenPolicy | undefined,
): Promise<void> {
  await tx.deleteFrom("workspace_token_policy").where("workspace_uuid", "=", workspaceUuid).execute();
  if (policy === undefined) return;
  await tx
    .insertInto("workspace_token_policy")
    .values({
      workspace_uuid: workspaceUuid,
      lifetime_days_max: policy.lifetimeDaysMax ?? null,
      networks: policy.networks.length === 0 ? null : policy.networks.join(" "),
      requires_two_step: flag(policy.requiresTwoStep),
      enforced_from: policy.enforcedFrom.getTime(),
      changed_at: policy.changedAt.getTime(),
    })
    .execute();
  if (policy.refusedScopes.length === 0) return;
  await tx
    .insertInto("workspace_refused_scope")
    .values(policy.refusedScopes.map((scope) => ({ workspace_uuid: workspaceUuid, scope })))
    .execute();
}

/** Does nothing if the workspace refuses the token already. @returns whether it is new. */
export async function insertTokenBlock(
  tx: Kysely<Schema>,
  block: {
    readonly tokenUuid: Uuid;
    readonly workspaceUuid: Uuid;
    readonly blockedAt: Date;
    readonly blockedByUuid: Uuid | undefined;
  },
): Promise<boolean> {
  const result = await tx
    .insertInto("workspace_token_block")
    .values({
      token_uuid: block.tokenUuid,
      workspace_uuid: block.workspaceUuid,
      blocked_at: block.blockedAt.getTime(),
      blocked_by_uuid: block.blockedByUuid ?? null,
    })
    .onConflict((conflict) => conflict.columns(["token_uuid", "workspace_uuid"]).doNothing())
    .executeTakeFirst();
  return (result.numInsertedOrUpdatedRows ?? 0n) > 0n;
}

/** @returns false if the workspace did not refuse it. */
export async function deleteTokenBlock(
  tx: Kysely<Schema>,
  tokenUuid: Uuid,
  workspaceUuid: Uuid,
): Promise<boolean> {
  const result = await tx
    .deleteFrom("workspace_token_block")
    .where("token_uuid", "=", tokenUuid)
    .where("workspace_uuid", "=", workspaceUuid)
    .executeTakeFirst();
  return result.numDeletedRows > 0n;
}

/** The workspaces for which their owners have revoked a token, by their slugs. */
export async function listBlocksOfToken(
  db: Kysely<Schema>,
  tokenUuid: Uuid,
): Promise<readonly { readonly workspaceSlug: string; readonly blockedAt: Date }[]> {
  const rows = await db
    .selectFrom("workspace_token_block")
    .innerJoin("workspace", "workspace.uuid", "workspace_token_block.workspace_uuid")
    .select(["workspace.slug", "workspace_token_block.blocked_at"])
    .where("workspace_token_block.token_uuid", "=", tokenUuid)
    .orderBy("workspace.slug")
    .execute();
  return rows.map((row) => ({ workspaceSlug: row.slug, blockedAt: instant(row.blocked_at) }));
}
