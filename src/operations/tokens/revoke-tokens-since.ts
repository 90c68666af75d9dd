import type { By, Ports } from "../../ports.ts";
import { listLivingGrants } from "../../storage/sql/oauth/grants.ts";
import { listUnrevokedTokens } from "../../storage/sql/tokens/tokens.ts";
import { TAKES_ACCESS } from "../../storage/sql/transaction-options.ts";
import { endGrants } from "../oauth/end-grants.ts";
import { revokeAnyToken } from "./api-tokens.ts";

/**
 * Revokes each token, of any kind, that was valid at `since` or was created after it, and ends what OAuth tokens are issued for:
 * refresh tokens would bring others. After a restore, these include what was revoked after the backup. A time in the future means
 * now, so that no valid token is left out by mistake.
 *
 * @returns how many were revoked and have ended.
 */
export async function revokeTokensSince(
  ports: Pick<Ports, "database" | "clock">,
  by: By,
  since: Date,
): Promise<{ readonly tokens: number; readonly grants: number }> {
  const from = new Date(Math.min(since.getTime(), ports.clock().getTime()));
  const tokens = await listUnrevokedTokens(ports.database.kysely, from);
  for (const uuid of tokens) await revokeAnyToken(ports, by, uuid);
  const grants = await by.transaction(
    async (tx, record) =>
      endGrants(tx, record, ports.clock(), by.actor, await listLivingGrants(tx, {}), "revoked"),
    TAKES_ACCESS,
  );
  return { tokens: tokens.length, grants: grants.length };
}
