import type { IdentityMode } from "../config/config.ts";
import type { Account, EmailAlias } from "../model/account.ts";
import type { Channel } from "../model/caller.ts";

/** A user name that fits any API token in Git. */
export const STATIC_USERNAME = "x-bitbucket-api-token-auth";
/** The user name for access and OAuth tokens in Git. */
export const ACCESS_TOKEN_USERNAME = "x-token-auth";

/**
 * Whether `name` may be sent with the account's API token: contract, tokens.md §2.1. Strict accepts what Bitbucket
 * accepts; lenient also accepts any name of the account, or a name that no account has.
 */
export function isIdentityName(
  name: string,
  channel: Channel,
  mode: IdentityMode,
  account: Account,
  emails: readonly EmailAlias[],
): boolean {
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

/** The names that work, for the owner of a genuine token who used another one. */
export function identityAdvice(channel: Channel, account: Account): string {
  return channel === "git"
    ? `this user name does not go with an API token in Git: use "${account.username}" or "${STATIC_USERNAME}"`
    : "this user name does not go with an API token in the REST API: use the primary e-mail address of the account";
}
