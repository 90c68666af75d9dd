/**
 * The 35 scopes of API tokens in the REST reference. Written `action:resource:bitbucket` on the wire.
 * None implies another.
 */
export const SCOPES = [
  "read:repository:bitbucket",
  "write:repository:bitbucket",
  "admin:repository:bitbucket",
  "delete:repository:bitbucket",
  "read:pullrequest:bitbucket",
  "write:pullrequest:bitbucket",
  "read:project:bitbucket",
  "admin:project:bitbucket",
  "read:workspace:bitbucket",
  "admin:workspace:bitbucket",
  "read:user:bitbucket",
  "write:user:bitbucket",
  "read:pipeline:bitbucket",
  "write:pipeline:bitbucket",
  "admin:pipeline:bitbucket",
  "read:runner:bitbucket",
  "write:runner:bitbucket",
  "read:issue:bitbucket",
  "write:issue:bitbucket",
  "delete:issue:bitbucket",
  "read:webhook:bitbucket",
  "write:webhook:bitbucket",
  "delete:webhook:bitbucket",
  "read:snippet:bitbucket",
  "write:snippet:bitbucket",
  "delete:snippet:bitbucket",
  "read:ssh-key:bitbucket",
  "write:ssh-key:bitbucket",
  "delete:ssh-key:bitbucket",
  "read:gpg-key:bitbucket",
  "write:gpg-key:bitbucket",
  "delete:gpg-key:bitbucket",
  "read:permission:bitbucket",
  "write:permission:bitbucket",
  "delete:permission:bitbucket",
] as const;

/**
 * Scopes of what Pail has and Bitbucket has not: the routes below `/-/`. No token has one that was not named for it: they are
 * not part of `all`, no preset ticks them, and no token that is derived gets one.
 */
export const PAIL_SCOPES = ["read:token:pail", "write:token:pail"] as const;
export type PailScope = (typeof PAIL_SCOPES)[number];

/** What a requirement may ask for. */
export type Scope = (typeof SCOPES)[number] | PailScope;

/**
 * Scopes that the creation dialog offers and no operation asks for. They are stored and shown, and give no access.
 * The first three belong to the Atlassian account, not to Bitbucket: a token with nothing else "has no Bitbucket scopes".
 */
export const INERT_SCOPES = [
  "read:account",
  "read:me",
  "manage:org",
  "read:wiki:bitbucket",
  "write:wiki:bitbucket",
  "delete:wiki:bitbucket",
  "read:package:bitbucket",
  "write:package:bitbucket",
  "read:test:bitbucket",
  "write:test:bitbucket",
] as const;
export type InertScope = (typeof INERT_SCOPES)[number];

export type GrantedScope = Scope | InertScope;

const SUFFIX = ":bitbucket";
const KNOWN: readonly GrantedScope[] = [...SCOPES, ...PAIL_SCOPES, ...INERT_SCOPES];

/** Reads a scope in the long form, or in the short one without `:bitbucket`. */
export function parseScope(text: string): GrantedScope | undefined {
  return KNOWN.find((scope) => scope === text || scope === text + SUFFIX);
}

/** Whether it is about this server, and not only about an Atlassian account. */
export function isBitbucketScope(scope: GrantedScope): boolean {
  return scope.endsWith(SUFFIX) || isPailScope(scope);
}

export function isPailScope(scope: GrantedScope): scope is PailScope {
  return (PAIL_SCOPES as readonly GrantedScope[]).includes(scope);
}
