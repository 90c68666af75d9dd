import { createHash, hkdfSync } from "node:crypto";
import type { Kysely } from "kysely";
import { digestToken } from "../../authentication/token-text.ts";
import type { Bound } from "../../model/bound.ts";
import { credentialKindRefused, Failure, invalidField } from "../../model/failure.ts";
import { type GrantedScope, isPailScope, parseScope } from "../../model/scope.ts";
import type { Secret } from "../../model/secret.ts";
import {
  type ApiToken,
  LIVING_TOKENS_MAX,
  TOKEN_AGE_DAYS_MAX,
  TOKEN_AGE_DAYS_MIN,
} from "../../model/token.ts";
import type { Uuid } from "../../model/uuid.ts";
import { requireAccount } from "../../model/who-acts.ts";
import type { WrittenLimits } from "../../model/written-limits.ts";
import type { By } from "../../ports.ts";
import { isUniqueViolation } from "../../storage/sql/database-failure.ts";
import type { Schema } from "../../storage/sql/schema.ts";
import {
  deleteOldTokenCreations,
  findTokenCreation,
  insertTokenCreation,
  type TokenCreation,
} from "../../storage/sql/tokens/token-creations.ts";
import { hasLivingTokenNamed } from "../../storage/sql/tokens/token-history.ts";
import { findTokenByUuid, findTokenDigest } from "../../storage/sql/tokens/tokens.ts";
import { prepareToken, type Rotation, type TokenPorts } from "./api-tokens.ts";
import { getOwnToken, requireRoom, rotateOwnToken } from "./own-tokens.ts";
import { findLimits, limitFields } from "./token-limits.ts";

/** What a token does with the tokens of its account. Nothing that may more than itself comes of it. */

export type WantedToken = {
  readonly name: string;
  readonly scopes: readonly string[];
  readonly lifeSeconds: number;
  readonly limits: WrittenLimits;
};

export type MadeToken = {
  readonly text: Secret;
  readonly token: ApiToken;
};

const DAY_SECONDS = 86_400;
const DAY_MS = DAY_SECONDS * 1_000;
/** How long the same answer is given again. After that the key may be used for another token. */
export const IDEMPOTENCY_MS = DAY_MS;
const SEED_BYTES = 32;

/**
 * Creates a token of the caller's account, with scopes of the one that the caller has sent and within its limits. It lives on
 * when that one has ended. Returns its text.
 *
 * With an idempotency key the same request returns the same token, as long as that is valid and the key is stored: the text is
 * derived of a stored seed and the server's key, so it is stored nowhere.
 *
 * @throws Failure invalid-input that names every wrong field; idempotency-key-reused if something else was asked for with the
 * key; conflict if the token of the key has ended, or the account has too many.
 */
export async function createTokenByToken(
  ports: TokenPorts,
  by: By,
  wanted: WantedToken,
  idempotencyKey: string | undefined,
): Promise<MadeToken> {
  const creator = sentToken(by);
  const request = await readWanted(ports, by, creator, wanted);
  if (idempotencyKey === undefined) return store(ports, by, creator, request);
  const key = await ports.keys.get("rotation");
  const keyDigest = digest(idempotencyKey);
  const attempt = () => createOnce(ports, by, { creator, request, key, keyDigest });
  try {
    return await attempt();
  } catch (error) {
    // Of two requests with one key at once the database lets one store its token: the other finds it.
    if (isUniqueViolation(error)) return attempt();
    throw error;
  }
}

/** @throws Failure credential-kind-refused: nothing is made by what is no API token. */
function sentToken({ caller }: By): ApiToken {
  requireAccount(caller);
  if (caller.kind === "account" && caller.credential.kind === "api-token") return caller.credential.token;
  throw credentialKindRefused({ kind: "session" });
}

type Request = {
  readonly name: string;
  readonly scopes: readonly GrantedScope[];
  readonly ageDays: number;
  readonly bound: Bound | undefined;
};

async function readWanted(
  ports: TokenPorts,
  by: By,
  creator: ApiToken,
  { name, scopes, lifeSeconds, limits }: WantedToken,
): Promise<Request> {
  const read = new Set<GrantedScope>();
  const problems: string[] = scopes.length === 0 ? ["at least one is needed"] : [];
  for (const text of scopes) {
    const scope = parseScope(text);
    if (scope === undefined) problems.push(`${JSON.stringify(text.slice(0, SHOWN_LENGTH_MAX))} is no scope`);
    else if (isPailScope(scope)) problems.push(`${scope} cannot be passed on`);
    else if (!creator.scopes.includes(scope)) problems.push(`the token that asks has no ${scope}`);
    else read.add(scope);
  }
  const ageDays = lifeSeconds / DAY_SECONDS;
  const isAge = Number.isInteger(ageDays) && ageDays >= TOKEN_AGE_DAYS_MIN && ageDays <= TOKEN_AGE_DAYS_MAX;
  const found = await findLimits(ports, by.caller, limits, creator.bound);
  const fields = {
    ...limitFields(found.problems),
    ...(problems.length === 0 ? {} : { scopes: problems }),
    ...(isAge
      ? {}
      : { expires_in: [`must be ${TOKEN_AGE_DAYS_MIN} to ${TOKEN_AGE_DAYS_MAX} whole days, in seconds`] }),
  };
  if (Object.keys(fields).length > 0) throw new Failure("invalid-input", "Bad request", { fields });
  const bound = creator.bound === undefined ? found.bound : { ...found.bound, outer: creator.bound };
  return { name, scopes: [...read], ageDays, bound };
}

const SHOWN_LENGTH_MAX = 100;

type Creation = {
  readonly creator: ApiToken;
  readonly request: Request;
  readonly key: Secret;
  readonly keyDigest: string;
};

async function createOnce(
  ports: TokenPorts,
  by: By,
  { creator, request, key, keyDigest }: Creation,
): Promise<MadeToken> {
  const requestDigest = digest(JSON.stringify(request));
  const seed = ports.randomBytes(SEED_BYTES).toString("hex");
  const expiresAt = new Date(ports.clock().getTime() + IDEMPOTENCY_MS);
  return store(ports, by, creator, request, {
    textBytes: (length) => deriveBytes(key, creator.uuid, seed, length),
    async findEarlier(tx) {
      await deleteOldTokenCreations(tx, ports.clock());
      const earlier = await findTokenCreation(tx, { creatorUuid: creator.uuid, keyDigest });
      if (earlier === undefined) return undefined;
      if (earlier.requestDigest !== requestDigest)
        throw new Failure(
          "idempotency-key-reused",
          "Idempotency-Key: was sent with another request, which has created a token",
        );
      return giveAgain(ports, tx, earlier, key);
    },
    keep: (tx, token) =>
      insertTokenCreation(tx, {
        creatorUuid: creator.uuid,
        keyDigest,
        requestDigest,
        seed,
        tokenUuid: token.uuid,
        expiresAt,
      }),
  });
}

/** What an idempotency key adds to the creation of a token. */
type Idempotency = {
  textBytes(length: number): Buffer;
  findEarlier(tx: Kysely<Schema>): Promise<MadeToken | undefined>;
  keep(tx: Kysely<Schema>, token: ApiToken): Promise<void>;
};

async function store(
  ports: TokenPorts,
  by: By,
  { accountUuid }: ApiToken,
  request: Request,
  idempotency?: Idempotency,
): Promise<MadeToken> {
  const now = ports.clock();
  const randomBytes = idempotency?.textBytes ?? ports.randomBytes;
  const { text, token, store } = prepareToken({ ...ports, randomBytes }, { ...request, accountUuid });
  return by.transaction(
    async (tx, record) => {
      const earlier = await idempotency?.findEarlier(tx);
      if (earlier !== undefined) return earlier;
      if (await hasLivingTokenNamed(tx, accountUuid, { name: request.name, now }))
        throw invalidField("name", "another valid token has this name");
      await requireRoom(tx, accountUuid, { now, max: LIVING_TOKENS_MAX });
      await store(tx, record);
      await idempotency?.keep(tx, token);
      return { text, token };
    },
    // One after another, so that the tokens of an account are counted as they will be.
    { subject: accountUuid },
  );
}

/** @throws Failure conflict if the token has ended, or the server's key is not the one of then. */
async function giveAgain(
  { clock, newUuid }: Pick<TokenPorts, "clock" | "newUuid">,
  tx: Kysely<Schema>,
  { creatorUuid, seed, tokenUuid }: TokenCreation,
  key: Secret,
): Promise<MadeToken> {
  const token = await findTokenByUuid(tx, tokenUuid);
  if (token === undefined || token.revokedAt !== undefined || token.expiresAt <= clock())
    throw new Failure(
      "conflict",
      "The token of this Idempotency-Key has ended: send another key for another token",
    );
  const { text } = prepareToken(
    { clock, newUuid, randomBytes: (length) => deriveBytes(key, creatorUuid, seed, length) },
    { ...token, ageDays: TOKEN_AGE_DAYS_MIN },
  );
  if (!digestToken(text).equals((await findTokenDigest(tx, tokenUuid))!))
    throw new Failure(
      "conflict",
      "The token of this Idempotency-Key cannot be given again: the server has another key by now",
    );
  return { text, token };
}

/** RFC 5869. Without the key, which is not in the database, the output cannot be told from random bytes. */
function deriveBytes(key: Secret, creatorUuid: Uuid, seed: string, length: number): Buffer {
  const info = `pail token creation 1 ${creatorUuid}`;
  return Buffer.from(
    hkdfSync("sha256", Buffer.from(key.reveal(), "hex"), Buffer.from(seed, "hex"), info, length),
  );
}

function digest(text: string): string {
  return createHash("sha256").update(text).digest("base64url");
}

/**
 * Rotates the token that the caller has sent, or another one of its account that may no more than that.
 *
 * @throws Failure not-found, permission-missing, and as `rotateApiToken` does.
 */
export async function rotateTokenByToken(
  ports: TokenPorts,
  by: By,
  uuid: Uuid,
  overlapMinutes: number,
): Promise<Rotation> {
  const sent = sentToken(by);
  const token = await getOwnToken(ports, by, uuid);
  if (!isWithin(token, sent))
    throw new Failure("permission-missing", "Cannot rotate the token: it may more than the one that asks");
  return rotateOwnToken(ports, by, uuid, overlapMinutes);
}

/** A successor may what its predecessor may. Whether limits lie within others is not compared: with any, only its own. */
function isWithin(token: ApiToken, sent: ApiToken): boolean {
  if (token.uuid === sent.uuid) return true;
  return (
    sent.bound === undefined &&
    token.scopes.every((scope) => sent.scopes.includes(scope) && !isPailScope(scope))
  );
}
