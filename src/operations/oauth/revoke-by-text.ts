import { digestOauthSecret } from "../../authentication/oauth/oauth-secrets.ts";
import { isRefreshToken } from "../../authentication/oauth/refresh-token-text.ts";
import { digestToken, parsePasswordShape } from "../../authentication/token-text.ts";
import type { OauthConsumer } from "../../model/oauth-consumer.ts";
import type { Secret } from "../../model/secret.ts";
import type { By, Ports } from "../../ports.ts";
import { findGrant, findIssuedToken } from "../../storage/sql/oauth/grants.ts";
import { findRefreshToken } from "../../storage/sql/oauth/refresh-tokens.ts";
import { revokeToken } from "../../storage/sql/tokens/tokens.ts";
import { TAKES_ACCESS } from "../../storage/sql/transaction-options.ts";
import { endGrants } from "./end-grants.ts";
import { lockedConsumer } from "./locked-consumer.ts";

/**
 * Whoever has a refresh token ends the grant with it, also without the consumer's secret.
 *
 * @returns whether there was one that lived.
 */
export async function revokeRefreshToken(
  { clock }: Pick<Ports, "clock">,
  by: By,
  sent: Secret,
): Promise<boolean> {
  const digest = digestOauthSecret(sent);
  return by.transaction(async (tx, record) => {
    const token = await findRefreshToken(tx, digest);
    const grant = token && (await findGrant(tx, token.grantUuid));
    if (grant?.consumerUuid === undefined) return false;
    await lockedConsumer(tx, grant.consumerUuid);
    return (await endGrants(tx, record, clock(), by.actor, [grant], "revoked")).length > 0;
  }, TAKES_ACCESS);
}

/**
 * RFC 7009: a consumer gives back a token. With a refresh token its whole grant ends, with an access token that one alone. Whatever is
 * not its own stays as it is, and nothing tells it whether there is such a token.
 */
export async function revokeByText(
  { clock }: Pick<Ports, "clock">,
  by: By,
  { uuid }: OauthConsumer,
  sent: Secret,
): Promise<void> {
  const shape = parsePasswordShape(sent);
  const isAccessToken = shape.kind === "token" && shape.tokenKind === "oauth";
  if (!isAccessToken && !isRefreshToken(sent)) return;
  await by.transaction(async (tx, record) => {
    await lockedConsumer(tx, uuid);
    const now = clock();
    const issued = isAccessToken ? await findIssuedToken(tx, digestToken(sent)) : undefined;
    const refresh = isAccessToken ? undefined : await findRefreshToken(tx, digestOauthSecret(sent));
    const grantUuid = issued?.grantUuid ?? refresh?.grantUuid;
    const grant = grantUuid && (await findGrant(tx, grantUuid));
    if (grant === undefined || grant.consumerUuid !== uuid) return;
    if (issued === undefined) await endGrants(tx, record, now, by.actor, [grant], "revoked");
    else await revokeToken(tx, issued.uuid, now, by.actor);
  }, TAKES_ACCESS);
}
