import type { CanonicalRequest } from "../connect/query-string-hash.ts";
import type { Account, EmailAlias } from "../model/account.ts";
import { type AppUser, isWithoutResource } from "../model/app-user.ts";
import { ANONYMOUS, type Caller, type CallerIdentity, type Channel } from "../model/caller.ts";
import { parseClientName } from "../model/client-name.ts";
import { Failure } from "../model/failure.ts";
import type { Secret } from "../model/secret.ts";
import { TOKEN_NOUNS, type Token, type TokenKind } from "../model/token.ts";
import type { Ports } from "../ports.ts";
import { touchLastUsed } from "../storage/sql/tokens/tokens.ts";
import { callerByJsonWebToken } from "./authenticate-app.ts";
import { callerByToken } from "./caller-by-token.ts";
import { ACCESS_TOKEN_USERNAME, identityAdvice, isIdentityName, STATIC_USERNAME } from "./identity-name.ts";
import type { PresentedCredential } from "./presented-credential.ts";
import { parsePasswordShape } from "./token-text.ts";

type AuthenticationPorts = Pick<Ports, "config" | "database" | "clock" | "log" | "keys">;

/**
 * `last_used` is written at most this often for one token, so that a busy token does not cost a write for every
 * request.
 */
const LAST_USED_STEP_MS = 60_000;

const APP_PASSWORDS_REMOVED =
  "CHANGE-3222 - Functionality has been deprecated\n" +
  "App passwords are deprecated and must be replaced with API tokens.\n" +
  "https://developer.atlassian.com/cloud/bitbucket/changelog#CHANGE-3222";

/** From where a credential came. */
export type RequestOrigin = {
  readonly address: string;
  /** The header, as it was sent. */
  readonly userAgent: string | undefined;
  /** The request itself, which an app's token may be for alone. Undefined: it is not looked at. */
  readonly request?: CanonicalRequest;
};

/**
 * Finds out who is calling. The owner of a genuine token is told the precise reason of a refusal; other callers are not
 * told whether an account or a token exists.
 *
 * @throws Failure credential-invalid (401), or credential-retired (410 in Git) for an app password.
 */
export async function authenticate(
  ports: AuthenticationPorts,
  channel: Channel,
  credential: PresentedCredential,
  from: RequestOrigin,
): Promise<Caller> {
  switch (credential.kind) {
    case "none":
      return ANONYMOUS;
    case "malformed":
      throw refused(undefined, credential.problem);
    case "token":
      if (credential.username === undefined && !takesBearer(ports, channel, credential.tokenKind))
        throw await bearerRefused(ports, channel, credential.digest);
      return await authenticateToken(ports, channel, credential, from);
    case "bearer":
      if (!takesBearer(ports, channel, "api-token")) throw refused(undefined, BEARER_REFUSED);
      throw refusedPassword(channel, credential.token, "bearer without a token's form");
    case "json-web-token":
      return callerByJsonWebToken(ports, channel, credential.token, from);
    case "basic":
      throw refusedPassword(channel, credential.password, "account password");
  }
}

const BEARER_REFUSED = "bearer is not taken here";

/** Tells the owner of a genuine token how to send it. */
async function bearerRefused(ports: AuthenticationPorts, channel: Channel, digest: Buffer): Promise<Failure> {
  const found = await ports.database.lookups.findTokenByDigest(digest);
  if (found === undefined) return refused(undefined, BEARER_REFUSED);
  const problem = tokenProblem(found, ports.clock());
  const advice = `Bearer is not accepted here: send the ${TOKEN_NOUNS[found.token.kind]} as the password of Basic authentication, with ${basicName(channel, found)}`;
  return refused(problem ?? advice, BEARER_REFUSED, found.token);
}

function basicName(channel: Channel, { token, account }: TokenAndAccount): string {
  if (token.kind !== "api-token") return `the user name "${ACCESS_TOKEN_USERNAME}"`;
  return channel === "git"
    ? `the user name "${account.username}" or "${STATIC_USERNAME}"`
    : "the primary e-mail address of the account";
}

/**
 * It is not known whether Bitbucket accepts an API token or an OAuth token as Bearer in Git, so strict mode does not. For
 * access tokens it is reported.
 */
function takesBearer({ config }: AuthenticationPorts, channel: Channel, kind: TokenKind): boolean {
  const isStrictGit = channel === "git" && config.identity === "strict";
  switch (kind) {
    case "api-token":
      return config.takesBearerApiTokens && !isStrictGit;
    case "access-token":
      return true;
    case "oauth":
      return !isStrictGit;
  }
}

/** The reason why a password that is not an API token is refused. `cause` is for a password of no known form. */
function refusedPassword(channel: Channel, password: Secret, cause: string): Failure {
  const shape = parsePasswordShape(password);
  switch (shape.kind) {
    case "damaged-token":
      return refused(
        `the ${TOKEN_NOUNS[shape.tokenKind]}'s checksum is wrong: it is truncated or mistyped`,
        "checksum",
      );
    case "app-password":
      return channel === "git"
        ? new Failure("credential-retired", APP_PASSWORDS_REMOVED)
        : refused("app passwords were removed: use an API token", "app password");
    case "token":
    case "account-password":
      return refused("account passwords are not accepted here: use an API token as the password", cause);
  }
}

async function authenticateToken(
  ports: AuthenticationPorts,
  channel: Channel,
  { username, digest }: Extract<PresentedCredential, { readonly kind: "token" }>,
  from: RequestOrigin,
): Promise<Caller> {
  // What is known at once is not waited for: each `await` is a turn of its own.
  const asked = ports.database.lookups.findTokenByDigest(digest);
  const found = asked instanceof Promise ? await asked : asked;
  if (found === undefined) throw unknownToken();
  const { token, account } = found;
  const now = ports.clock();
  requireLivingToken(found, now);
  const identity = username === undefined ? undefined : { name: username, channel };
  if (identity !== undefined) {
    const emails = token.kind === "api-token" ? ports.database.lookups.listEmails(account.uuid) : [];
    requireIdentity(ports, identity, found, emails instanceof Promise ? await emails : emails);
  }
  recordUse(ports, token, now, from);
  return callerByToken(found, identity, { now, address: from.address });
}

export type TokenAndAccount = {
  readonly token: Token;
  readonly account: Account;
  /** Undefined for the account of a person. */
  readonly appUser: AppUser | undefined;
};

/** @throws Failure credential-invalid with the reason: the caller has a genuine token. */
export function requireLivingToken(found: TokenAndAccount, now: Date): void {
  const problem = tokenProblem(found, now);
  if (problem === undefined) return;
  const { token } = found;
  const hasExpired = token.kind === "oauth" && token.revokedAt === undefined && token.expiresAt <= now;
  throw refused(problem, `token ${token.uuid}: ${problem}`, token, hasExpired ? OAUTH_EXPIRED : REFUSED);
}

/** @throws Failure credential-invalid if the user name does not belong to the token. */
export function requireIdentity(
  { config }: Pick<Ports, "config">,
  { name, channel }: CallerIdentity,
  { token, account }: TokenAndAccount,
  emails: readonly EmailAlias[],
): void {
  if (isIdentityName(name, channel, config.identity, { kind: token.kind, account, emails })) return;
  const advice = identityAdvice(channel, token.kind, account);
  throw refused(advice, `token ${token.uuid}: user name does not fit`, token);
}

/** For a token that was valid and has been deleted since. */
export function unknownToken(): Failure {
  return refused(undefined, "unknown token");
}

/** Why a genuine token is not valid, in words for its owner; undefined if it is valid. */
export function tokenProblem({ token, account, appUser }: TokenAndAccount, now: Date): string | undefined {
  const { revokedAt, expiresAt } = token;
  const noun = TOKEN_NOUNS[token.kind];
  if (revokedAt !== undefined) return `this ${noun} was revoked on ${revokedAt.toISOString()}`;
  if (expiresAt <= now) return `this ${noun} expired on ${expiresAt.toISOString()}`;
  if (account.isDisabled) return `the account of this ${noun} is disabled`;
  if (appUser !== undefined && isWithoutResource(appUser)) return `what this ${noun} was for is gone`;
  return undefined;
}

const REFUSED = "Token is invalid, expired, or not supported for this endpoint.";
/** Recorded. Programs that refresh by themselves look for it. */
const OAUTH_EXPIRED = "Access token expired. Use your refresh token to obtain a new access token.";

/** The text of the answer is fixed; `reason` is for the token's owner, `cause` for the log. */
function refused(reason: string | undefined, cause: string, token?: Token, message = REFUSED): Failure {
  return new Failure("credential-invalid", message, {
    ...(reason === undefined ? {} : { detail: reason }),
    ...(token === undefined
      ? {}
      : { genuine: { credential: { kind: token.kind, id: token.uuid }, accountUuid: token.accountUuid } }),
    reason: cause,
  });
}

/** Not awaited: the answer does not depend on it, and a failure to write it only deserves a line in the log. */
function recordUse(
  { database, log }: AuthenticationPorts,
  token: Token,
  now: Date,
  { address, userAgent }: RequestOrigin,
): void {
  const notBefore = new Date(now.getTime() - LAST_USED_STEP_MS);
  // A time in the future was written by a clock that was ahead.
  if (token.lastUsedAt !== undefined && token.lastUsedAt > notBefore && token.lastUsedAt <= now) return;
  const from = { address, client: parseClientName(userAgent) };
  touchLastUsed(database.kysely, token.uuid, { at: now, notBefore, from }).catch((error: unknown) => {
    log.warn({ "token.id": token.uuid, error }, "last use of a token was not recorded");
  });
}
