import type { IdentityMode } from "../config/config.ts";
import type { Account, EmailAlias } from "../model/account.ts";
import type { Channel } from "../model/caller.ts";
import type { TokenKind } from "../model/token.ts";

/** A user name that fits any API token in Git. */
export const STATIC_USERNAME = "x-bitbucket-api-token-auth";
/** The user name for access and OAuth tokens in Git. */
export const ACCESS_TOKEN_USERNAME = "x-token-auth";

/**
 * Whether `name` may be sent with a token: contract, tokens.md §2.1. Strict accepts what Bitbucket accepts; lenient also
 * accepts any name of the account, or a name that no account has.
 */
export function isIdentityName(
  name: string,
  channel: Channel,
  mode: IdentityMode,
  {
    kind,
    account,
    emails,
  }: { readonly kind: TokenKind; readonly account: Account; readonly emails: readonly EmailAlias[] },
): boolean {
  if (kind !== "api-token") {
    // The static name says all. At REST they are sent as Bearer.
    if (mode === "strict")
      return channel === "git" && (name === ACCESS_TOKEN_USERNAME || isOwnName(name, account));
    return channel === "git" || name === ACCESS_TOKEN_USERNAME;
  }
  const lowerCase = name.toLowerCase();
  const isUsername = lowerCase === account.username.toLowerCase();
  const isStatic = name === STATIC_USERNAME;
  const isOwnEmail = (email: EmailAlias) => email.isConfirmed && email.address.toLowerCase() === lowerCase;
  if (mode === "strict") {
    return channel === "git"
      ? isUsername || isStatic
      : emails.some((email) => email.isPrimary && isOwnEmail(email));
  }
  const isNobody = name === ACCESS_TOKEN_USERNAME || (channel === "rest" && name === "");
  return isUsername || isStatic || isNobody || emails.some(isOwnEmail);
}

/**
 * Documented is the static name alone, but Git Credential Manager sends an OAuth token with the user name of who has granted it,
 * and whoever has an access token is shown clone links with the name of its app user.
 */
function isOwnName(name: string, account: Account): boolean {
  return name.toLowerCase() === account.username.toLowerCase();
}

/** What works, for the holder of a genuine token who used another name. */
export function identityAdvice(channel: Channel, kind: TokenKind, account: Account): string {
  if (kind !== "api-token") {
    const noun = kind === "oauth" ? "an OAuth token" : "an access token";
    return channel === "git"
      ? `this user name does not go with ${noun} in Git: use "${ACCESS_TOKEN_USERNAME}"`
      : `${noun} goes with no user name in the REST API: send it as "Authorization: Bearer"`;
  }
  return channel === "git"
    ? `this user name does not go with an API token in Git: use "${account.username}" or "${STATIC_USERNAME}"`
    : "this user name does not go with an API token in the REST API: use the primary e-mail address of the account";
}
