import type { Kysely } from "kysely";
import { digestOauthSecret } from "../../authentication/oauth/oauth-secrets.ts";
import { writeRefreshToken } from "../../authentication/oauth/refresh-token-text.ts";
import { digestToken, writeToken } from "../../authentication/token-text.ts";
import {
  GRANT_AGE_MS_MAX,
  GRANT_TOKENS_MAX,
  type OauthGrant,
  type OauthGrantKind,
  REFRESH_TOKEN_AGE_MS_MAX,
} from "../../model/oauth-grant.ts";
import { OauthRefusal } from "../../model/oauth-refusal.ts";
import type { OauthScope } from "../../model/oauth-scope.ts";
import type { Secret } from "../../model/secret.ts";
import type { OauthToken } from "../../model/token.ts";
import type { Ports } from "../../ports.ts";
import { touchConsumer } from "../../storage/sql/oauth/consumers.ts";
import { countLivingTokens, touchGrant } from "../../storage/sql/oauth/grants.ts";
import { insertRefreshToken } from "../../storage/sql/oauth/refresh-tokens.ts";
import type { Schema } from "../../storage/sql/schema.ts";
import { insertToken } from "../../storage/sql/tokens/tokens.ts";

export type IssuePorts = Pick<Ports, "config" | "database" | "clock" | "newUuid" | "randomBytes" | "keys">;

/** What a consumer or an app is given, this once. */
export type IssuedTokens = {
  readonly accessToken: Secret;
  readonly expiresInSeconds: number;
  /** Undefined: the credentials themselves get the next one. */
  readonly refreshToken: Secret | undefined;
  readonly scopes: readonly OauthScope[];
};

const SECOND_MS = 1_000;
/** The last use of a consumer is written at most this often. */
const LAST_USED_STEP_MS = 60_000;

/** From where the bytes of both tokens come: random, or derived from the refresh token that they replace. */
export type TokenBytes = {
  readonly access: (length: number) => Buffer;
  readonly refresh: (length: number) => Buffer;
};

/** Whether somebody allowed it who is not there the next time. */
export function isRefreshed(kind: OauthGrantKind): boolean {
  return kind === "authorization-code" || kind === "device";
}

/**
 * Issues tokens of a grant, in a transaction that has locked whatever ends it. `name` is shown where tokens are listed.
 *
 * @throws OauthRefusal if the grant has more living tokens than any program uses.
 */
export async function issueTokens(
  tx: Kysely<Schema>,
  { clock, newUuid, config }: Pick<IssuePorts, "clock" | "newUuid" | "config">,
  grant: OauthGrant,
  name: string,
  bytes: TokenBytes,
): Promise<IssuedTokens> {
  const now = clock();
  if ((await countLivingTokens(tx, grant.uuid, now)) >= GRANT_TOKENS_MAX)
    throw new OauthRefusal("slow_down", "Too many access tokens are alive: use those that were issued");
  const accessToken = writeToken("oauth", bytes.access);
  const lifeMs = config.oauthTokenSeconds * SECOND_MS;
  const token: OauthToken = {
    kind: "oauth",
    uuid: newUuid(),
    accountUuid: grant.accountUuid,
    name,
    scopes: grant.scopes,
    bound: undefined,
    createdAt: now,
    expiresAt: new Date(now.getTime() + lifeMs),
    revokedAt: undefined,
    lastUsedAt: undefined,
    successorUuid: undefined,
    parentUuid: undefined,
    grantUuid: grant.uuid,
  };
  await insertToken(tx, token, digestToken(accessToken));
  await touchGrant(tx, grant.uuid, now);
  if (grant.consumerUuid !== undefined)
    await touchConsumer(tx, grant.consumerUuid, now, new Date(now.getTime() - LAST_USED_STEP_MS));
  const refreshToken = isRefreshed(grant.kind) ? writeRefreshToken(bytes.refresh) : undefined;
  if (refreshToken !== undefined) {
    const expiresAt = Math.min(
      now.getTime() + REFRESH_TOKEN_AGE_MS_MAX,
      grant.createdAt.getTime() + GRANT_AGE_MS_MAX,
    );
    await insertRefreshToken(
      tx,
      { grantUuid: grant.uuid, createdAt: now, expiresAt: new Date(expiresAt), usedAt: undefined },
      digestOauthSecret(refreshToken),
    );
  }
  return { accessToken, expiresInSeconds: config.oauthTokenSeconds, refreshToken, scopes: grant.scopes };
}
