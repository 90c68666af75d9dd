import { isVerifierOf } from "../../authentication/oauth/code-challenge.ts";
import { digestOauthSecret } from "../../authentication/oauth/oauth-secrets.ts";
import type { OauthConsumer } from "../../model/oauth-consumer.ts";
import { OauthRefusal } from "../../model/oauth-refusal.ts";
import type { Secret } from "../../model/secret.ts";
import type { By } from "../../ports.ts";
import { findCode, type OauthCode, useCode } from "../../storage/sql/oauth/codes.ts";
import { findGrant } from "../../storage/sql/oauth/grants.ts";
import { endGrants } from "./end-grants.ts";
import { isUsable } from "./is-usable.ts";
import { type IssuedTokens, type IssuePorts, issueTokens } from "./issue-tokens.ts";
import { lockedConsumer } from "./locked-consumer.ts";
import { storeNewGrant } from "./new-grant.ts";

export type SentCode = {
  readonly code: Secret;
  /** Undefined: none was sent. */
  readonly redirectUri: string | undefined;
  readonly verifier: Secret | undefined;
};

/**
 * Exchanges an authorization code. It works once: whoever sends it again has stolen it, or was robbed of it, so that all that it
 * became ends (RFC 6749, section 4.1.2).
 *
 * @throws OauthRefusal
 */
export async function exchangeCode(
  ports: IssuePorts,
  by: By,
  { uuid }: OauthConsumer,
  sent: SentCode,
): Promise<IssuedTokens> {
  const digest = digestOauthSecret(sent.code);
  const outcome = await by.transaction(
    async (tx, record) => {
      const consumer = await lockedConsumer(tx, uuid);
      const code = await findCode(tx, digest);
      if (code === undefined || code.consumerUuid !== uuid) return "unknown";
      const now = ports.clock();
      if (code.grantUuid !== undefined) {
        const grant = await findGrant(tx, code.grantUuid);
        if (grant !== undefined) await endGrants(tx, record, now, by.actor, [grant], "code-replayed");
        return "used before: the grant ends";
      }
      if (code.expiresAt <= now) return "expired";
      if (!isSameRedirect(consumer, code, sent.redirectUri)) return "another redirect_uri";
      if (!isVerifierOf(code.challenge, sent.verifier)) return "the verifier is not that of the challenge";
      if (!(await isUsable(tx, code.accountUuid))) return "the account is disabled";
      const { accountUuid, scopes } = code;
      const wanted = { kind: "authorization-code", accountUuid, scopes, createdAt: now } as const;
      const grant = await storeNewGrant(tx, record, { uuid: ports.newUuid(), ...wanted }, consumer);
      await useCode(tx, digest, grant.uuid);
      const { randomBytes } = ports;
      return issueTokens(tx, ports, grant, consumer.name, { access: randomBytes, refresh: randomBytes });
    },
    { subject: uuid },
  );
  if (typeof outcome === "string")
    throw new OauthRefusal("invalid_grant", "The specified code is not valid.", { reason: outcome });
  return outcome;
}

/** RFC 6749, section 4.1.3. Whoever sent none may send the registered one. */
function isSameRedirect({ callbackUrl }: OauthConsumer, code: OauthCode, sent: string | undefined): boolean {
  return code.redirectUri === undefined
    ? sent === undefined || sent === callbackUrl
    : sent === code.redirectUri;
}
