import { hkdfSync } from "node:crypto";
import { digestOauthSecret } from "../../authentication/oauth/oauth-secrets.ts";
import { isRefreshToken, writeRefreshToken } from "../../authentication/oauth/refresh-token-text.ts";
import { digestToken, writeToken } from "../../authentication/token-text.ts";
import type { OauthConsumer } from "../../model/oauth-consumer.ts";
import { REFRESH_OVERLAP_MS } from "../../model/oauth-grant.ts";
import { OauthRefusal } from "../../model/oauth-refusal.ts";
import type { Secret } from "../../model/secret.ts";
import type { By } from "../../ports.ts";
import { findGrant, findIssuedToken } from "../../storage/sql/oauth/grants.ts";
import { findRefreshToken, useRefreshToken } from "../../storage/sql/oauth/refresh-tokens.ts";
import { endGrants } from "./end-grants.ts";
import { isUsable } from "./is-usable.ts";
import { type IssuedTokens, type IssuePorts, issueTokens, type TokenBytes } from "./issue-tokens.ts";
import { lockedConsumer } from "./locked-consumer.ts";

const REFUSED = "The specified refresh token is not valid.";

/**
 * Exchanges a refresh token for an access token and the next refresh token. For ten minutes the same one gives the same two again,
 * since an answer may be lost, and programs refresh twice at once: they are derived from the server's key and the old token, so
 * nothing new is issued and no text is stored. Afterwards it has been stolen, or its successor was: the grant ends, as OWASP ASVS
 * 5.0, 10.4.5 asks.
 *
 * @throws OauthRefusal
 */
export async function refreshGrant(
  ports: IssuePorts,
  by: By,
  { uuid }: OauthConsumer,
  sent: Secret,
): Promise<IssuedTokens> {
  if (!isRefreshToken(sent)) throw refused("not the form of a refresh token");
  const digest = digestOauthSecret(sent);
  const bytes = derivedBytes(await ports.keys.get("rotation"), digest);
  const outcome = await by.transaction(
    async (tx, record) => {
      const consumer = await lockedConsumer(tx, uuid);
      const token = await findRefreshToken(tx, digest);
      const grant = token && (await findGrant(tx, token.grantUuid));
      if (token === undefined || grant === undefined || grant.consumerUuid !== uuid) return "unknown";
      const now = ports.clock();
      if (grant.revokedAt !== undefined) return "the grant was revoked";
      if (token.usedAt !== undefined && now.getTime() - token.usedAt.getTime() >= REFRESH_OVERLAP_MS) {
        await endGrants(tx, record, now, by.actor, [grant], "refresh-token-replayed");
        return "used before: the grant ends";
      }
      if (token.expiresAt <= now) return "expired";
      if (!(await isUsable(tx, grant.accountUuid))) return "the account is disabled";
      if (await useRefreshToken(tx, digest, now)) return issueTokens(tx, ports, grant, consumer.name, bytes);
      const accessToken = writeToken("oauth", bytes.access);
      const issued = await findIssuedToken(tx, digestToken(accessToken));
      if (issued === undefined) return "what it was exchanged for is gone";
      const leftMs = issued.expiresAt.getTime() - now.getTime();
      return {
        accessToken,
        expiresInSeconds: Math.max(0, Math.floor(leftMs / 1_000)),
        refreshToken: writeRefreshToken(bytes.refresh),
        scopes: grant.scopes,
      };
    },
    { subject: uuid },
  );
  if (typeof outcome === "string") throw refused(outcome);
  return outcome;
}

function refused(reason: string): OauthRefusal {
  return new OauthRefusal("invalid_grant", REFUSED, { reason });
}

/** RFC 5869. Without the key, what comes out cannot be told from random bytes. */
function derivedBytes(key: Secret, digest: Buffer): TokenBytes {
  const derive = (what: string) => (length: number) =>
    Buffer.from(hkdfSync("sha256", Buffer.from(key.reveal(), "hex"), digest, `pail oauth ${what} 1`, length));
  return { access: derive("access token"), refresh: derive("refresh token") };
}
