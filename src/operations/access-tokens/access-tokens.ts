import type { Kysely } from "kysely";
import { digestToken, writeToken } from "../../authentication/token-text.ts";
import {
  ACCESS_TOKEN_SCOPES,
  APP_USER_KINDS,
  LIVING_ACCESS_TOKENS_MAX,
  type ListedAccessToken,
  ROTATION_OVERLAP_MINUTES_MAX,
  resourceName,
  resourceUuid,
  type TokenResource,
  workspaceOf,
} from "../../model/access-token.ts";
import type { Account } from "../../model/account.ts";
import type { AppUser } from "../../model/app-user.ts";
import { type AuditSubject, tokenSubject } from "../../model/audit.ts";
import { Failure, invalidField } from "../../model/failure.ts";
import { maskTokens } from "../../model/mask-secrets.ts";
import type { OauthScope } from "../../model/oauth-scope.ts";
import type { Secret } from "../../model/secret.ts";
import { textLength } from "../../model/text-length.ts";
import {
  type AccessToken,
  TOKEN_AGE_DAYS_MAX,
  TOKEN_AGE_DAYS_MIN,
  TOKEN_NAME_LENGTH_MAX,
} from "../../model/token.ts";
import { describeViolations, type PolicyViolation, policyViolations } from "../../model/token-policy.ts";
import { parseUuid, type Uuid } from "../../model/uuid.ts";
import type { By, Ports } from "../../ports.ts";
import { insertAccount, insertEmail } from "../../storage/sql/accounts/accounts.ts";
import { isUniqueViolation } from "../../storage/sql/database-failure.ts";
import { lockRows } from "../../storage/sql/lock-rows.ts";
import type { Schema } from "../../storage/sql/schema.ts";
import {
  countLivingAccessTokens,
  findAccessToken,
  hasLivingAccessTokenNamed,
  listAllAccessTokens,
  listPredecessors,
} from "../../storage/sql/tokens/access-tokens.ts";
import { insertAppUser } from "../../storage/sql/tokens/app-users.ts";
import { findTokenPolicy } from "../../storage/sql/tokens/token-policies.ts";
import { findTokenDigest, insertToken, revokeToken, setSuccessor } from "../../storage/sql/tokens/tokens.ts";
import { TAKES_ACCESS } from "../../storage/sql/transaction-options.ts";
import type { Recorder } from "../../storage/sql/write-transaction.ts";
import { deriveSuccessor, type TokenPorts } from "../tokens/api-tokens.ts";

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;

export type NewAccessToken = {
  readonly name: string;
  readonly scopes: readonly OauthScope[];
  /** From one day to 365. */
  readonly lifetimeMs: number;
};

export type CreatedAccessToken = {
  /** Told this once. */
  readonly text: Secret;
  readonly token: AccessToken;
  readonly account: Account;
  /** Of its commits. */
  readonly address: string;
};

/**
 * Creates an access token with an app user of its own, which is an administrator of the resource. What that writes keeps its
 * name, whatever becomes of the token.
 *
 * @throws Failure invalid-input that names the wrong field, also one that the policy of the workspace is against; conflict if the
 * resource has too many.
 */
export async function createAccessToken(
  ports: Pick<TokenPorts, "clock" | "newUuid" | "randomBytes">,
  by: By,
  resource: TokenResource,
  wanted: NewAccessToken,
): Promise<CreatedAccessToken> {
  const { name, scopes, lifetimeMs } = checkWanted(resource, wanted);
  const now = ports.clock();
  const { account, address } = newAppUser(ports, resource, name);
  const text = writeToken("access-token", ports.randomBytes);
  const token = newToken({
    uuid: ports.newUuid(),
    accountUuid: account.uuid,
    name,
    scopes,
    createdAt: now,
    expiresAt: new Date(now.getTime() + lifetimeMs),
  });
  await by.transaction(async (tx, record) => {
    // One after another, so that the tokens of a resource are counted as they will be.
    await lockResource(tx, resource);
    const violation = (await violationsOf(tx, resource, token))[0];
    if (violation !== undefined)
      throw invalidField(
        violation.kind === "lifetime" ? "expires" : "scope",
        `is against the policy of the workspace: ${describeViolations([violation])}`,
      );
    if (await hasLivingAccessTokenNamed(tx, resource, { name, now }))
      throw invalidField("name", "another valid token has this name");
    if ((await countLivingAccessTokens(tx, resource, now)) >= LIVING_ACCESS_TOKENS_MAX)
      throw new Failure(
        "conflict",
        `Cannot create the token: ${resourceName(resource)} has ${LIVING_ACCESS_TOKENS_MAX} valid ones, which is the limit`,
      );
    await insertAccount(tx, account);
    await insertEmail(tx, account.uuid, { address, isPrimary: true, isConfirmed: true }, now);
    await insertAppUser(tx, account.uuid, appUserOf(resource));
    await insertToken(tx, token, digestToken(text));
    record.audit("token.created", subjectOf(token, resource), detailsOf(token, resource));
  });
  return { text, token, account, address };
}

/** What the workspace has against a token: it would be refused as soon as it is used. */
async function violationsOf(
  tx: Kysely<Schema>,
  resource: TokenResource,
  token: AccessToken,
): Promise<readonly PolicyViolation[]> {
  const policy = await findTokenPolicy(tx, workspaceOf(resource).uuid);
  return policy === undefined ? [] : policyViolations(policy, token);
}

function checkWanted(resource: TokenResource, wanted: NewAccessToken): NewAccessToken {
  const name = wanted.name.trim();
  if (name === "" || textLength(name) > TOKEN_NAME_LENGTH_MAX || /\p{Cc}/u.test(name))
    throw invalidField("name", `must have 1 to ${TOKEN_NAME_LENGTH_MAX} visible characters`);
  if (maskTokens(name) !== name) throw invalidField("name", "is a token, and is shown to others: revoke it");
  const { lifetimeMs } = wanted;
  const isLifetime =
    Number.isInteger(lifetimeMs) &&
    lifetimeMs >= TOKEN_AGE_DAYS_MIN * DAY_MS &&
    lifetimeMs <= TOKEN_AGE_DAYS_MAX * DAY_MS;
  if (!isLifetime)
    throw invalidField("expires", `must be ${TOKEN_AGE_DAYS_MIN} to ${TOKEN_AGE_DAYS_MAX} days from now`);
  const offered = ACCESS_TOKEN_SCOPES[resource.kind];
  const scopes = [...new Set(wanted.scopes)];
  if (scopes.length === 0) throw invalidField("scope", "at least one is needed");
  const foreign = scopes.filter((scope) => !offered.includes(scope));
  if (foreign.length > 0)
    throw invalidField("scope", `a token of a ${resource.kind} cannot have ${foreign.join(", ")}`);
  return { name, scopes, lifetimeMs };
}

/** As recorded: `584j8n67g474t9mmdebve63toi88ab@bots.bitbucket.org`. */
const BOT_NAME_LENGTH = 30;
const BOT_DOMAIN = "bots.bitbucket.org";

/** The name of the bot is its user name and that of its address. */
function newAppUser(
  { clock, newUuid, randomBytes }: Pick<Ports, "clock" | "newUuid" | "randomBytes">,
  resource: TokenResource,
  name: string,
): { readonly account: Account; readonly address: string } {
  const username = writeBotName(randomBytes);
  const account: Account = {
    uuid: newUuid(),
    kind: APP_USER_KINDS[resource.kind],
    accountId: `712020:${newUuid()}`,
    username,
    displayName: name,
    nickname: name,
    isDisabled: false,
    createdAt: clock(),
  };
  return { account, address: `${username}@${BOT_DOMAIN}` };
}

/** 155 bits, taken from 256, so that no character is likelier than another in any way that could be seen. */
function writeBotName(randomBytes: Ports["randomBytes"]): string {
  const number = BigInt(`0x${randomBytes(32).toString("hex")}`) % 36n ** BigInt(BOT_NAME_LENGTH);
  return number.toString(36).padStart(BOT_NAME_LENGTH, "0");
}

function appUserOf(resource: TokenResource): AppUser {
  const uuid = resourceUuid(resource);
  return {
    repositoryUuid: resource.kind === "repository" ? uuid : undefined,
    projectUuid: resource.kind === "project" ? uuid : undefined,
    workspaceUuid: resource.kind === "workspace" ? uuid : undefined,
  };
}

function newToken(
  fields: Pick<AccessToken, "uuid" | "accountUuid" | "name" | "scopes" | "createdAt" | "expiresAt">,
): AccessToken {
  return {
    kind: "access-token",
    uuid: fields.uuid,
    accountUuid: fields.accountUuid,
    name: fields.name,
    scopes: fields.scopes,
    // Where it counts is known from its app user.
    bound: undefined,
    createdAt: fields.createdAt,
    expiresAt: fields.expiresAt,
    revokedAt: undefined,
    lastUsedAt: undefined,
    successorUuid: undefined,
    parentUuid: undefined,
  };
}

async function lockResource(tx: Kysely<Schema>, resource: TokenResource): Promise<void> {
  await lockRows(tx, [{ table: resource.kind, uuid: resourceUuid(resource), strength: "update" }]);
}

function subjectOf(token: AccessToken, resource: TokenResource): AuditSubject {
  return { ...tokenSubject(token), workspaceUuid: workspaceOf(resource).uuid };
}

function detailsOf({ accountUuid, scopes, expiresAt }: AccessToken, resource: TokenResource) {
  return {
    account: accountUuid,
    kind: APP_USER_KINDS[resource.kind],
    [resource.kind]: resourceName(resource),
    scopes,
    expires_on: expiresAt.toISOString(),
  };
}

/** One of the resource, by the text of its id. @throws Failure not-found. */
export async function getAccessToken(
  db: Kysely<Schema>,
  resource: TokenResource,
  id: string,
): Promise<ListedAccessToken> {
  const uuid = parseUuid(id);
  const found = uuid && (await findAccessToken(db, resource, uuid));
  if (found === undefined) throw new Failure("not-found", "There is no such access token");
  return found;
}

export type AccessTokenRotation = {
  readonly text: Secret;
  readonly token: AccessToken;
  readonly oldExpiresAt: Date;
  /** Whether the successor was created by an earlier call. */
  readonly isRepeated: boolean;
};

/**
 * Makes a new secret with the same name, scopes, length of life and app user. The old one lives on for `overlapMinutes`, 30 at
 * most, and never longer than it would have; one that has expired stays so (contract, auth-beyond-tokens.md §2.1). While the old
 * one lives, a repeated call returns the same new one, as for API tokens.
 *
 * @throws Failure not-found; conflict if it is revoked, was rotated and has ended since, or the policy of the workspace is against
 * another one like it.
 */
export async function rotateAccessToken(
  ports: TokenPorts,
  by: By,
  resource: TokenResource,
  uuid: Uuid,
  { overlapMinutes = ROTATION_OVERLAP_MINUTES_MAX }: { readonly overlapMinutes?: number } = {},
): Promise<AccessTokenRotation> {
  if (
    !Number.isInteger(overlapMinutes) ||
    overlapMinutes < 0 ||
    overlapMinutes > ROTATION_OVERLAP_MINUTES_MAX
  )
    throw invalidField("overlap", `must be 0 to ${ROTATION_OVERLAP_MINUTES_MAX} minutes`);
  const wanted = { uuid, overlapMs: overlapMinutes * MINUTE_MS };
  try {
    return await rotate(ports, by, resource, wanted);
  } catch (error) {
    // Two rotations at once derive the same successor, and the database lets only one of them store it: look again.
    if (isUniqueViolation(error)) return rotate(ports, by, resource, wanted);
    throw error;
  }
}

async function rotate(
  ports: TokenPorts,
  by: By,
  resource: TokenResource,
  { uuid, overlapMs }: { readonly uuid: Uuid; readonly overlapMs: number },
): Promise<AccessTokenRotation> {
  const key = await ports.keys.get("rotation");
  const cannot = (why: string) => new Failure("conflict", `Cannot rotate the token: ${why}`);
  return by.transaction(async (tx, record) => {
    await lockResource(tx, resource);
    // With this lock, a revocation comes either before, and is seen, or after.
    await lockRows(tx, [{ table: "api_token", uuid, strength: "update" }]);
    const { token: old } = await getAccessToken(tx, resource, uuid);
    const now = ports.clock();
    if (old.revokedAt !== undefined) throw cannot("it is revoked");
    const digest = (await findTokenDigest(tx, uuid))!;
    const text = writeToken("access-token", (length) => deriveSuccessor(key, uuid, digest, length));
    if (old.successorUuid !== undefined) {
      if (old.expiresAt <= now) throw cannot("it was rotated and has ended: rotate its successor");
      const { token } = await getAccessToken(tx, resource, old.successorUuid);
      return { text, token, oldExpiresAt: old.expiresAt, isRepeated: true };
    }
    const lifetimeMs = old.expiresAt.getTime() - old.createdAt.getTime();
    const token = newToken({
      ...old,
      uuid: ports.newUuid(),
      createdAt: now,
      expiresAt: new Date(now.getTime() + lifetimeMs),
    });
    const violations = await violationsOf(tx, resource, token);
    if (violations.length > 0)
      throw cannot(
        `its successor would be against the policy of the workspace: ${describeViolations(violations)}`,
      );
    await insertToken(tx, token, digestToken(text));
    const overlapEnd = new Date(now.getTime() + overlapMs);
    const oldExpiresAt = overlapEnd < old.expiresAt ? overlapEnd : old.expiresAt;
    if (!(await setSuccessor(tx, uuid, token.uuid, oldExpiresAt)))
      throw cannot("another rotation is under way, try again");
    record.audit("token.rotated", subjectOf(old, resource), {
      ...detailsOf(token, resource),
      successor_uuid: token.uuid,
      old_expires_on: oldExpiresAt.toISOString(),
    });
    return { text, token, oldExpiresAt, isRepeated: false };
  }, TAKES_ACCESS);
}

/**
 * Takes effect from the next request on, also for secrets that it has replaced. Revoking again is no error.
 *
 * @throws Failure not-found.
 */
export async function revokeAccessToken(
  { clock }: Pick<Ports, "clock">,
  by: By,
  resource: TokenResource,
  uuid: Uuid,
): Promise<void> {
  await by.transaction(async (tx, record) => {
    await lockResource(tx, resource);
    const { token } = await getAccessToken(tx, resource, uuid);
    const replaced = await listPredecessors(tx, token.accountUuid, uuid);
    for (const each of [token, ...replaced])
      await revokeAndRecord(tx, record, { token: each, resource, at: clock(), by });
  }, TAKES_ACCESS);
}

async function revokeAndRecord(
  tx: Kysely<Schema>,
  record: Recorder,
  {
    token,
    resource,
    at,
    by,
  }: {
    readonly token: AccessToken;
    readonly resource: TokenResource;
    readonly at: Date;
    readonly by: Pick<By, "actor">;
  },
): Promise<void> {
  if (!(await revokeToken(tx, token.uuid, at, by.actor))) return;
  record.audit("token.revoked", subjectOf(token, resource), {
    account: token.accountUuid,
    kind: APP_USER_KINDS[resource.kind],
    [resource.kind]: resourceName(resource),
  });
}

/**
 * Ends all access tokens of a resource that is being deleted: in its transaction, before its row goes. They would be refused
 * anyway, since what they are of is gone; so the audit log says it.
 */
export async function endAccessTokensOf(
  tx: Kysely<Schema>,
  record: Recorder,
  resource: TokenResource,
  { at, by }: { readonly at: Date; readonly by: Pick<By, "actor"> },
): Promise<void> {
  for (const { token } of await listAllAccessTokens(tx, resource))
    await revokeAndRecord(tx, record, { token, resource, at, by });
}
