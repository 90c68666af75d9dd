import { hkdfSync } from "node:crypto";
import type { Kysely } from "kysely";
import { digestToken, writeToken } from "../../authentication/token-text.ts";
import { reachFaultPoint } from "../../fault-points.ts";
import { tokenSubject } from "../../model/audit.ts";
import type { Bound } from "../../model/bound.ts";
import { Failure, invalidField } from "../../model/failure.ts";
import type { GrantedScope } from "../../model/scope.ts";
import type { Secret } from "../../model/secret.ts";
import { textLength } from "../../model/text-length.ts";
import {
  type ApiToken,
  TOKEN_AGE_DAYS_MAX,
  TOKEN_AGE_DAYS_MIN,
  TOKEN_NAME_LENGTH_MAX,
  type Token,
} from "../../model/token.ts";
import type { Uuid } from "../../model/uuid.ts";
import type { By, Ports } from "../../ports.ts";
import { isUniqueViolation } from "../../storage/sql/database-failure.ts";
import { lockRows } from "../../storage/sql/lock-rows.ts";
import type { Schema } from "../../storage/sql/schema.ts";
import {
  findToken,
  findTokenByUuid,
  findTokenDigest,
  insertToken,
  revokeToken,
  setSuccessor,
} from "../../storage/sql/tokens/tokens.ts";
import { TAKES_ACCESS } from "../../storage/sql/transaction-options.ts";
import type { Recorder } from "../../storage/sql/write-transaction.ts";

export type TokenPorts = Pick<Ports, "database" | "clock" | "newUuid" | "randomBytes" | "keys">;

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
/** How long the old token may stay valid after a rotation. */
export const OVERLAP_MINUTES_MAX = 7 * 24 * 60;

export type NewToken = {
  readonly accountUuid: Uuid;
  readonly name: string;
  readonly scopes: readonly GrantedScope[];
  readonly ageDays: number;
  /** What it is limited to. Undefined: to nothing more than its scopes say. */
  readonly bound?: Bound | undefined;
};

/**
 * Returns the token's text, this once, and what is stored of it. @throws Failure invalid-input that names the wrong
 * field.
 */
export async function createApiToken(
  ports: TokenPorts,
  by: By,
  wanted: NewToken,
): Promise<{ text: Secret; token: ApiToken }> {
  const made = prepareToken(ports, wanted);
  await by.transaction((tx, record) => made.store(tx, record));
  reachFaultPoint("token.created");
  return made;
}

/**
 * A token that is not stored yet, for a transaction that changes something else too. @throws Failure invalid-input that
 * names the wrong field.
 */
export function prepareToken(
  ports: Pick<TokenPorts, "clock" | "newUuid" | "randomBytes">,
  wanted: NewToken,
): {
  readonly text: Secret;
  readonly token: ApiToken;
  store(tx: Kysely<Schema>, record: Recorder): Promise<void>;
} {
  if (wanted.name.trim() === "" || textLength(wanted.name) > TOKEN_NAME_LENGTH_MAX) {
    throw invalidField("name", `must have 1 to ${TOKEN_NAME_LENGTH_MAX} characters`);
  }
  if (wanted.scopes.length === 0) throw invalidField("scope", "at least one is needed");
  const { ageDays } = wanted;
  if (!Number.isInteger(ageDays) || ageDays < TOKEN_AGE_DAYS_MIN || ageDays > TOKEN_AGE_DAYS_MAX) {
    throw invalidField("expires", `must be ${TOKEN_AGE_DAYS_MIN} to ${TOKEN_AGE_DAYS_MAX} days from now`);
  }
  const now = ports.clock();
  const text = writeToken("api-token", ports.randomBytes);
  const expiresAt = new Date(now.getTime() + ageDays * DAY_MS);
  const token = newToken({ ...wanted, uuid: ports.newUuid(), expiresAt, createdAt: now });
  return {
    text,
    token,
    async store(tx, record) {
      await insertToken(tx, token, digestToken(text));
      reachFaultPoint("token.stored");
      record.audit("token.created", tokenSubject(token), tokenDetails(token));
    },
  };
}

function tokenDetails({ accountUuid, scopes, expiresAt }: ApiToken) {
  return { account: accountUuid, scopes, expires_on: expiresAt.toISOString() };
}

type TokenFields = Pick<ApiToken, "uuid" | "accountUuid" | "name" | "scopes" | "createdAt" | "expiresAt"> &
  Partial<Pick<ApiToken, "bound">>;

function newToken(fields: TokenFields): ApiToken {
  return {
    uuid: fields.uuid,
    kind: "api-token",
    bound: fields.bound,
    parentUuid: undefined,
    accountUuid: fields.accountUuid,
    name: fields.name,
    scopes: [...new Set(fields.scopes)],
    createdAt: fields.createdAt,
    expiresAt: fields.expiresAt,
    revokedAt: undefined,
    lastUsedAt: undefined,
    successorUuid: undefined,
  };
}

/** Takes effect from the next request on. Revoking again is no error and keeps the first time. */
export async function revokeApiToken(
  ports: Pick<Ports, "database" | "clock">,
  by: By,
  uuid: Uuid,
): Promise<ApiToken> {
  return revoke(ports, by, (tx) => getToken({ database: { kysely: tx } }, uuid));
}

/** The same for a token of any kind. @throws Failure not-found. */
export async function revokeAnyToken(
  ports: Pick<Ports, "database" | "clock">,
  by: By,
  uuid: Uuid,
): Promise<Token> {
  return revoke(ports, by, async (tx) => {
    const token = await findToken(tx, uuid);
    if (token === undefined) throw new Failure("not-found", "There is no such token");
    return token;
  });
}

async function revoke<Each extends Token>(
  ports: Pick<Ports, "clock">,
  by: By,
  find: (tx: Kysely<Schema>) => Promise<Each>,
): Promise<Each> {
  const revoked = await by.transaction(async (tx, record) => {
    const token = await find(tx);
    const { uuid } = token;
    if (await revokeToken(tx, uuid, ports.clock(), by.actor)) {
      reachFaultPoint("token.marked-revoked");
      record.audit("token.revoked", tokenSubject(token), { account: token.accountUuid });
    }
    return token;
  }, TAKES_ACCESS);
  reachFaultPoint("token.revoked");
  return revoked;
}

/**
 * For callers who have the token itself. @returns the token, even if it was revoked before; undefined if there is none.
 */
export async function revokeTokenByText(
  ports: Pick<Ports, "database" | "clock">,
  by: By,
  text: Secret,
): Promise<Token | undefined> {
  const found = await ports.database.lookups.findTokenByDigest(digestToken(text));
  return found && revokeAnyToken(ports, by, found.token.uuid);
}

export type Rotation = {
  readonly text: Secret;
  readonly token: ApiToken;
  readonly oldExpiresAt: Date;
  /** Whether the successor was created by an earlier call. */
  readonly isRepeated: boolean;
};

/**
 * Creates a successor with the same name, scopes and lifetime, and lets the old token live `overlapMinutes` longer: 0
 * ends it at once. If the call is repeated while the old token is valid (the first answer may have been lost), it returns the same
 * successor, not a third token: the successor is derived from the server's key and the old token's digest, so its text
 * need not be stored.
 */
export async function rotateApiToken(
  ports: TokenPorts,
  by: By,
  uuid: Uuid,
  overlapMinutes: number,
): Promise<Rotation> {
  if (!Number.isInteger(overlapMinutes) || overlapMinutes < 0 || overlapMinutes > OVERLAP_MINUTES_MAX) {
    throw invalidField("overlap", `must be 0 to ${OVERLAP_MINUTES_MAX} minutes`);
  }
  try {
    return await rotate(ports, by, uuid, overlapMinutes);
  } catch (error) {
    // Two rotations at once derive the same successor, and the database lets only one of them store it: look again.
    if (isUniqueViolation(error)) return rotate(ports, by, uuid, overlapMinutes);
    throw error;
  }
}

async function rotate(ports: TokenPorts, by: By, uuid: Uuid, overlapMinutes: number): Promise<Rotation> {
  const key = await ports.keys.get("rotation");
  const rotation = await by.transaction(async (tx, record) => {
    // With this lock, a revocation comes either before, and is seen, or after.
    await lockRows(tx, [{ table: "api_token", uuid, strength: "update" }]);
    const old = await getToken({ database: { kysely: tx } }, uuid);
    const now = ports.clock();
    if (old.revokedAt !== undefined) throw new Failure("conflict", "Cannot rotate the token: it is revoked");
    if (old.expiresAt <= now) throw new Failure("conflict", "Cannot rotate the token: it has expired");
    if (old.parentUuid !== undefined)
      throw new Failure("conflict", "Cannot rotate the token: it was derived from another, derive a new one");
    const digest = (await findTokenDigest(tx, uuid))!;
    const text = writeToken("api-token", (length) => deriveSuccessor(key, uuid, digest, length));
    if (old.successorUuid !== undefined) {
      const token = await getToken({ database: { kysely: tx } }, old.successorUuid);
      return { text, token, oldExpiresAt: old.expiresAt, isRepeated: true };
    }
    const age = old.expiresAt.getTime() - old.createdAt.getTime();
    const token = newToken({
      ...old,
      uuid: ports.newUuid(),
      createdAt: now,
      expiresAt: new Date(now.getTime() + age),
    });
    await insertToken(tx, token, digestToken(text));
    reachFaultPoint("token.successor-stored");
    const overlapEnd = new Date(now.getTime() + overlapMinutes * MINUTE_MS);
    const oldExpiresAt = overlapEnd < old.expiresAt ? overlapEnd : old.expiresAt;
    if (!(await setSuccessor(tx, uuid, token.uuid, oldExpiresAt))) {
      throw new Failure("conflict", "Cannot rotate the token: another rotation is under way, try again");
    }
    reachFaultPoint("token.succeeded");
    record.audit("token.rotated", tokenSubject(old), {
      ...tokenDetails(token),
      successor_uuid: token.uuid,
      old_expires_on: oldExpiresAt.toISOString(),
    });
    return { text, token, oldExpiresAt, isRepeated: false };
  });
  reachFaultPoint("token.rotated");
  return rotation;
}

/** RFC 5869. Without the key, the output cannot be told from random bytes. */
export function deriveSuccessor(key: Secret, uuid: Uuid, digest: Buffer, length: number): Buffer {
  return Buffer.from(
    hkdfSync("sha256", Buffer.from(key.reveal(), "hex"), digest, `pail token rotation 1 ${uuid}`, length),
  );
}

async function getToken(
  { database }: { database: Pick<Ports["database"], "kysely"> },
  uuid: Uuid,
): Promise<ApiToken> {
  const token = await findTokenByUuid(database.kysely, uuid);
  if (token === undefined) throw new Failure("not-found", "There is no such token");
  return token;
}
