import type { By, Ports } from "../../ports.ts";
import { listTokens } from "../../storage/sql/tokens/api-tokens.ts";
import { revokeApiToken } from "./api-tokens.ts";

/**
 * Revokes each API token that was valid at `since`, or was created after it: after a restore, those that somebody has revoked
 * meanwhile are among them. A time that is still to come means now, so that no valid token is left out by a mistake.
 *
 * @returns how many.
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
