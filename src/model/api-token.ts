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

/** From where a token was used. */
export type TokenOrigin = {
  readonly address: string;
  /** Name and version of the client, such as `git 2.51`. Undefined: it did not say, or in no known form. */
  readonly client: string | undefined;
};

/** Who revoked a token. */
export type TokenRevoker =
  | { readonly kind: "account"; readonly accountUuid: Uuid; readonly displayName: string }
  | { readonly kind: "operator" }
  /** Somebody without a credential, who knew the token's text. */
  | { readonly kind: "holder" };

/** A token with what is only shown: no access depends on it, so requests do not read it. */
export type TokenWithHistory = ApiToken & {
  /** Of the use at `lastUsedAt`. Undefined for one that was recorded before origins were. */
  readonly lastUsedFrom: TokenOrigin | undefined;
  readonly revokedBy: TokenRevoker | undefined;
};

export const TOKEN_AGE_DAYS_MIN = 1;
export const TOKEN_AGE_DAYS_MAX = 365;
export const TOKEN_NAME_LENGTH_MAX = 255;

/** Valid tokens that one account may have by its own hand. The operator is not limited. */
export const LIVING_TOKENS_MAX = 100;
