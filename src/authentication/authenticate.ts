import type { Account, EmailAlias } from "../model/account.ts";
import type { ApiToken } from "../model/api-token.ts";
import type { Bound } from "../model/bound.ts";
import { ANONYMOUS, type Caller, type CallerIdentity, type Channel } from "../model/caller.ts";
import { parseClientName } from "../model/client-name.ts";
import { Failure } from "../model/failure.ts";
import type { Secret } from "../model/secret.ts";
import type { WorkspaceRefusal } from "../model/token-policy.ts";
import type { Ports } from "../ports.ts";
import { touchLastUsed } from "../storage/sql/tokens/api-tokens.ts";
import { parsePasswordShape } from "./api-token-text.ts";
import { identityAdvice, isIdentityName, STATIC_USERNAME } from "./identity-name.ts";
import type { PresentedCredential } from "./presented-credential.ts";

type AuthenticationPorts = Pick<Ports, "config" | "database" | "clock" | "log">;

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
    case "api-token":
      if (credential.username === undefined && !takesBearer(ports, channel))
        throw await bearerRefused(ports, channel, credential.digest);
      return await callerByToken(ports, channel, credential, from);
    case "bearer":
      if (!takesBearer(ports, channel)) throw refused(undefined, BEARER_REFUSED);
      throw refusedPassword(channel, credential.token, "bearer without a token's form");
    case "basic":
      throw refusedPassword(channel, credential.password, "account password");
  }
}

const BEARER_REFUSED = "bearer is not taken here";

/** Tells the owner of a genuine token how to send it. */
async function bearerRefused(ports: AuthenticationPorts, channel: Channel, digest: Buffer): Promise<Failure> {
  const found = await ports.database.lookups.findTokenByDigest(digest);
  if (found === undefined) return refused(undefined, BEARER_REFUSED);
  const problem = tokenProblem(found.token, found.account, ports.clock());
  const name =
    channel === "git"
      ? `the user name "${found.account.username}" or "${STATIC_USERNAME}"`
      : "the primary e-mail address of the account";
  const advice = `Bearer is not accepted here: send the API token as the password of Basic authentication, with ${name}`;
  return refused(problem ?? advice, BEARER_REFUSED, found.token);
}

/** It is not known whether Bitbucket accepts an API token as Bearer in Git, so strict mode does not. */
function takesBearer({ config }: AuthenticationPorts, channel: Channel): boolean {
  return config.takesBearerApiTokens && (channel === "rest" || config.identity === "lenient");
}

/** The reason why a password that is not an API token is refused. `cause` is for a password of no known form. */
function refusedPassword(channel: Channel, password: Secret, cause: string): Failure {
  switch (parsePasswordShape(password).kind) {
    case "damaged-api-token":
      return refused("the API token's checksum is wrong: it is truncated or mistyped", "checksum");
    case "app-password":
      return channel === "git"
        ? new Failure("credential-retired", APP_PASSWORDS_REMOVED)
        : refused("app passwords were removed: use an API token", "app password");
    case "access-token":
      return refused(undefined, "access token");
    case "api-token":
    case "account-password":
      return refused("account passwords are not accepted here: use an API token as the password", cause);
  }
}

async function callerByToken(
  ports: AuthenticationPorts,
  channel: Channel,
  { username, digest }: Extract<PresentedCredential, { readonly kind: "api-token" }>,
  from: RequestOrigin,
): Promise<Caller> {
  // What is known at once is not waited for: each `await` is a turn of its own.
  const asked = ports.database.lookups.findTokenByDigest(digest);
  const found = asked instanceof Promise ? await asked : asked;
  if (found === undefined) throw unknownToken();
  const { token, account, refusals } = found;
  const now = ports.clock();
  requireLivingToken(found, now);
  const identity = username === undefined ? undefined : { name: username, channel };
  if (identity !== undefined) {
    const emails = ports.database.lookups.listEmails(account.uuid);
    requireIdentity(ports, identity, found, emails instanceof Promise ? await emails : emails);
  }
  recordUse(ports, token, now, from);
  const scopes = { vocabulary: "api-token", granted: token.scopes } as const;
  return {
    kind: "account",
    account,
    credential: {
      kind: "api-token",
      id: token.uuid,
      scopes,
      token,
      identity,
      bound: boundByRefusals(refusals, now),
    },
  };
}

/** A token is bound by nothing but the workspaces that refuse it. Undefined, as for nearly all: by nothing. */
export function boundByRefusals(refusals: readonly WorkspaceRefusal[], now: Date): Bound | undefined {
  if (refusals.length === 0) return undefined;
  const refusedBy = refusals.filter(({ from }) => from <= now).map(({ workspaceUuid }) => workspaceUuid);
  return refusedBy.length === 0 ? undefined : { refusedBy };
}

export type TokenAndAccount = { readonly token: ApiToken; readonly account: Account };

/** @throws Failure credential-invalid with the reason: the caller has a genuine token. */
export function requireLivingToken({ token, account }: TokenAndAccount, now: Date): void {
  const problem = tokenProblem(token, account, now);
  if (problem !== undefined) throw refused(problem, `token ${token.uuid}: ${problem}`, token);
}

/** @throws Failure credential-invalid if the user name does not belong to the token. */
export function requireIdentity(
  { config }: Pick<Ports, "config">,
  { name, channel }: CallerIdentity,
  { token, account }: TokenAndAccount,
  emails: readonly EmailAlias[],
): void {
  if (isIdentityName(name, channel, config.identity, account, emails)) return;
  throw refused(identityAdvice(channel, account), `token ${token.uuid}: user name does not fit`, token);
}

/** For a token that was valid and has been deleted since. */
export function unknownToken(): Failure {
  return refused(undefined, "unknown token");
}

/** Why a genuine token is not valid, in words for its owner; undefined if it is valid. */
export function tokenProblem(token: ApiToken, account: Account, now: Date): string | undefined {
  if (token.revokedAt !== undefined) return `this API token was revoked on ${token.revokedAt.toISOString()}`;
  if (token.expiresAt <= now) return `this API token expired on ${token.expiresAt.toISOString()}`;
  if (account.isDisabled) return "the account of this API token is disabled";
  return undefined;
}

/** The text of the answer is fixed; `reason` is for the token's owner, `cause` for the log. */
function refused(reason: string | undefined, cause: string, token?: ApiToken): Failure {
  return new Failure("credential-invalid", "Token is invalid, expired, or not supported for this endpoint.", {
    ...(reason === undefined ? {} : { detail: reason }),
    ...(token === undefined
      ? {}
      : { genuine: { credential: { kind: "api-token", id: token.uuid }, accountUuid: token.accountUuid } }),
    reason: cause,
  });
}

/** Not awaited: the answer does not depend on it, and a failure to write it only deserves a line in the log. */
function recordUse(
  { database, log }: AuthenticationPorts,
  token: ApiToken,
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
