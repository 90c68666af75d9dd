import type { OauthScope } from "./oauth-scope.ts";
import type { Uuid } from "./uuid.ts";

/**
 * How it came about. `authorization-code`, `device`: somebody has allowed it. `client-credentials`: a consumer acts for its
 * workspace. `app`: an installed app asked for it with a JWT.
 */
export type OauthGrantKind = "authorization-code" | "client-credentials" | "device" | "app";

/** What its tokens come from: when it ends, all of them do. */
export type OauthGrant = {
  readonly uuid: Uuid;
  readonly kind: OauthGrantKind;
  /** Undefined: an app's. */
  readonly consumerUuid: Uuid | undefined;
  /** Whose access it is. */
  readonly accountUuid: Uuid;
  readonly scopes: readonly OauthScope[];
  readonly createdAt: Date;
  /** When a token was issued last. */
  readonly lastUsedAt: Date | undefined;
  readonly revokedAt: Date | undefined;
};

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const DAY_MS = 24 * 60 * MINUTE_MS;

/** RFC 6749, section 4.1.2 recommends ten minutes at most: it is on its way from the browser for a moment. */
export const CODE_AGE_MS_MAX = MINUTE_MS;
/** How long a code that was used is known, so that its replay ends the grant. */
export const USED_CODE_AGE_MS_MAX = DAY_MS;
/** Documented by Bitbucket: a refresh token that is not used for three months ends. */
export const REFRESH_TOKEN_AGE_MS_MAX = 90 * DAY_MS;
/** Said by Bitbucket's staff: for about ten minutes, a refresh token that was used gives the same tokens again. */
export const REFRESH_OVERLAP_MS = 10 * MINUTE_MS;
/** OWASP ASVS 5.0, 10.4.8: however often it is refreshed, somebody has to allow it again. */
export const GRANT_AGE_MS_MAX = 365 * DAY_MS;
/** How long it is known that an access token has expired. Afterwards it is unknown. */
export const EXPIRED_TOKEN_AGE_MS_MAX = 30 * DAY_MS;
/** RFC 8628, section 3.2. */
export const DEVICE_CODE_AGE_MS_MAX = 10 * MINUTE_MS;
export const DEVICE_POLL_SECONDS = 5;
/** Living access tokens of one grant. A program that asks for more has lost those that it has. */
export const GRANT_TOKENS_MAX = 10_000;
