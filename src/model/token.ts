import type { Bound } from "./bound.ts";
import type { OauthScope } from "./oauth-scope.ts";
import type { GrantedScope } from "./scope.ts";
import type { ScopeSet } from "./scope-set.ts";
import type { Uuid } from "./uuid.ts";

/** What is stored of a token of any kind: everything but the token, of which only the SHA-256 is stored. */
export type Token = ApiToken | AccessToken | OauthToken;
export type TokenKind = Token["kind"];

type AnyToken = {
  readonly uuid: Uuid;
  /** A person's, or the app user of an access token, an OAuth consumer or an app. */
  readonly accountUuid: Uuid;
  readonly name: string;
  /** What it is limited to, apart from its scopes. Undefined: to nothing more. */
  readonly bound: Bound | undefined;
  readonly createdAt: Date;
  readonly expiresAt: Date;
  readonly revokedAt: Date | undefined;
  readonly lastUsedAt: Date | undefined;
  /** The token that replaced this one in a rotation. */
  readonly successorUuid: Uuid | undefined;
  /** The token that it was derived from, and with which it ends. */
  readonly parentUuid: Uuid | undefined;
  /** Until then what it is used for is stored, for who watches it. */
  readonly recordedUntil?: Date;
};

/** Of a person, with the scopes that the Atlassian account gives. */
export type ApiToken = AnyToken & {
  readonly kind: "api-token";
  readonly scopes: readonly GrantedScope[];
};

/** Of a repository, a project or a workspace: what it may there is said by its scopes alone. */
export type AccessToken = AnyToken & {
  readonly kind: "access-token";
  readonly scopes: readonly OauthScope[];
};

/** Of OAuth 2.0 (RFC 6749): of a person who has granted it, or of the consumer itself. */
export type OauthToken = AnyToken & {
  readonly kind: "oauth";
  readonly scopes: readonly OauthScope[];
  /** It ends with its grant. */
  readonly grantUuid: Uuid;
};

/** As people call them. */
export const TOKEN_NOUNS: Readonly<Record<TokenKind, string>> = {
  "api-token": "API token",
  "access-token": "access token",
  oauth: "OAuth token",
};

export function scopeSetOf(token: Token): ScopeSet {
  switch (token.kind) {
    case "api-token":
      return { vocabulary: "api-token", granted: token.scopes };
    case "access-token":
    case "oauth":
      return { vocabulary: "oauth", granted: token.scopes };
  }
}

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
