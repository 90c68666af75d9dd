import type { By, Ports } from "../../ports.ts";
import { listTokens } from "../../storage/sql/tokens/tokens.ts";
import { revokeApiToken } from "./api-tokens.ts";

/**
 * Revokes each API token that was valid at `since`, or was created after it. After a restore, these include tokens that
 * were revoked after the backup. A time in the future means now, so that no valid token is left out by mistake.
 *
 * @returns how many were revoked.
 */
export async function revokeTokensSince(
  ports: Pick<Ports, "database" | "clock">,
  by: By,
  since: Date,
): Promise<number> {
  const from = Math.min(since.getTime(), ports.clock().getTime());
  const tokens = (await listTokens(ports.database.kysely)).filter(
    ({ revokedAt, expiresAt }) => revokedAt === undefined && expiresAt.getTime() > from,
  );
  for (const { uuid } of tokens) await revokeApiToken(ports, by, uuid);
  return tokens.length;
}
