import type { Account } from "./account.ts";
import type { Installation } from "./app.ts";
import type { Bound } from "./bound.ts";
import type { ScopeSet } from "./scope-set.ts";
import type { Session } from "./session.ts";
import type { AccessToken, ApiToken, OauthToken, Token } from "./token.ts";
import type { Uuid } from "./uuid.ts";

/** Who is calling: a closed union, so that no case is forgotten where access is decided. */
export type Caller = { readonly kind: "anonymous" } | AccountCaller;

/** Whoever may use the server's own command line, which needs no credential. */
export type Operator = { readonly kind: "operator" };

export const OPERATOR: Operator = { kind: "operator" };

export type AccountCaller = {
  readonly kind: "account";
  /** A person's, or the bot account of an access token or an app. */
  readonly account: Account;
  readonly credential: CallerCredential;
};

/** By what a caller is known. What its kind alone has stands beside what all have. */
export type CallerCredential = TokenCredential | SessionCredential | AppCredential | UnissuedCredential;

/** A credential as logs and the audit log name it: of what kind it is, and which one. */
export type CredentialReference = Pick<CallerCredential, "kind" | "id">;

type AnyCredential = {
  readonly id: Uuid;
  readonly scopes: ScopeSet;
  /** Undefined: limited by its scopes alone. */
  readonly bound?: Bound | undefined;
};

export type TokenCredential =
  | CredentialOfToken<ApiToken>
  | CredentialOfToken<AccessToken>
  | CredentialOfToken<OauthToken>;

type CredentialOfToken<T extends Token> = AnyCredential & {
  readonly kind: T["kind"];
  readonly token: T;
  /** The name that came with the token. Undefined: none, as a bearer. */
  readonly identity: CallerIdentity | undefined;
  /** Whether what it is used for is stored, for who watches it. */
  readonly isRecorded?: true;
};

/** Of somebody who is signed in to the pages. It opens nothing else: neither REST nor git look at cookies. */
export type SessionCredential = AnyCredential & {
  readonly kind: "session";
  readonly session: Session;
};

/** Of an app: a JSON Web Token that it has signed itself, by the secret of its installation. */
export type AppCredential = AnyCredential & {
  readonly kind: "app";
  readonly installation: Installation;
};

/**
 * The kinds that nothing issues yet. One that is to be issued becomes a type of its own, with what it has: then the
 * compiler names each place that has to know it.
 */
export type UnissuedCredential = AnyCredential & {
  readonly kind: "ssh-key";
};

/** For whom something is listed: what may be seen depends on nothing else. */
export type Viewer =
  | { readonly kind: "anonymous" }
  | { readonly kind: "account"; readonly accountUuid: Uuid; readonly bound?: Bound | undefined };

export const ANONYMOUS: Caller & Viewer = { kind: "anonymous" };

/** Where a credential arrives: over smart HTTP, or at the REST API (and the pages beside it). */
export type Channel = "git" | "rest";

export type CallerIdentity = { readonly name: string; readonly channel: Channel };
