import type { Workspace } from "../../model/workspace.ts";
import { findTokenPolicy } from "../../storage/sql/tokens/token-policies.ts";
import { type ExportContext, showTime, withoutEmpty } from "./export-context.ts";

export async function exportTokenPolicy(
  { ports }: ExportContext,
  { uuid }: Workspace,
): Promise<object | undefined> {
  const policy = await findTokenPolicy(ports.database.kysely, uuid);
  if (policy === undefined) return undefined;
  return withoutEmpty({
    lifetime_days_max: policy.lifetimeDaysMax,
    refused_scopes: [...policy.refusedScopes],
    addresses: [...policy.networks],
    requires_two_step: policy.requiresTwoStep || undefined,
    enforced_from: policy.enforcedFrom > ports.clock() ? showTime(policy.enforcedFrom) : undefined,
  });
}
