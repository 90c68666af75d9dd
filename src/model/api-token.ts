import type { GrantedScope } from "./scope.ts";
import type { Uuid } from "./uuid.ts";

/** A stored API token: everything but the token, of which only the SHA-256 is stored. */
export type ApiToken = {
  readonly uuid: Uuid;
  readonly accountUuid: Uuid;
  readonly name: string;
  readonly scopes: readonly GrantedScope[];
  readonly createdAt: Date;
  readonly expiresAt: Date;
  readonly revokedAt: Date | undefined;
  readonly lastUsedAt: Date | undefined;
  /** The token that replaced this one in a rotation. */
  readonly successorUuid: Uuid | undefined;
};

export const TOKEN_AGE_DAYS_MIN = 1;
export const TOKEN_AGE_DAYS_MAX = 365;
