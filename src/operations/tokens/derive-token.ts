import type { Kysely } from "kysely";
import { digestToken, writeToken } from "../../authentication/token-text.ts";
import { tokenSubject } from "../../model/audit.ts";
import type { Bound } from "../../model/bound.ts";
import { credentialKindRefused, Failure } from "../../model/failure.ts";
import { parseOauthScope, withImplied } from "../../model/oauth-scope.ts";
import { type GrantedScope, isPailScope, parseScope } from "../../model/scope.ts";
import type { Secret } from "../../model/secret.ts";
import { textLength } from "../../model/text-length.ts";
import { TOKEN_NAME_LENGTH_MAX, type Token } from "../../model/token.ts";
import { requireAccount, tokenOf } from "../../model/who-acts.ts";
import type { WrittenLimits } from "../../model/written-limits.ts";
import type { By, Ports } from "../../ports.ts";
import { lockRows } from "../../storage/sql/lock-rows.ts";
import type { Schema } from "../../storage/sql/schema.ts";
import { countLivingDescendants } from "../../storage/sql/tokens/derived-tokens.ts";
import { insertToken, listAncestors } from "../../storage/sql/tokens/tokens.ts";
import { findLimits, limitFields } from "./token-limits.ts";

/** How many tokens may stand between one that was created and one that was derived, with the last one counted. */
export const DERIVATION_DEPTH_MAX = 3;
/** Valid tokens that may be derived from one directly, and at any distance. */
export const LIVING_CHILDREN_MAX = 100;
export const LIVING_DESCENDANTS_MAX = 1_000;

export const CHILD_LIFE_SECONDS_MIN = 1;
export const CHILD_LIFE_SECONDS_MAX = 24 * 60 * 60;

export type WantedChild = {
  readonly name: string;
  readonly scopes: readonly string[];
  readonly lifeSeconds: number;
  readonly limits: WrittenLimits;
};

export type DerivePorts = Pick<Ports, "database" | "clock" | "newUuid" | "randomBytes">;

/**
 * Makes a token of the one that the caller has sent, without asking its owner: of the same account and kind, with no scope
 * and no place that it has not. Its limits count beside those of all tokens that it descends from, and it ends with the first
 * of them at the latest. Returns its text, this once.
 *
 * @throws Failure invalid-input that names every wrong field; conflict if it would be too deep, or one too many;
 * credential-kind-refused without a token.
 */
export async function deriveToken(
  ports: DerivePorts,
  by: By,
  wanted: WantedChild,
): Promise<{ readonly text: Secret; readonly token: Token }> {
  const parent = tokenOf(by.caller);
  if (parent === undefined || by.caller.kind !== "account") {
    requireAccount(by.caller);
    throw credentialKindRefused({ kind: "session" });
  }
  const { scopes, problems } = scopesWithin(parent, wanted.scopes);
  const limits = await findLimits(ports, by.caller, wanted.limits, parent.bound);
  const fields = {
    ...nameProblem(wanted.name),
    ...(problems.length === 0 ? {} : { scopes: problems }),
    ...lifeProblem(wanted.lifeSeconds),
    ...limitFields(limits.problems),
  };
  if (Object.keys(fields).length > 0) throw new Failure("invalid-input", "Bad request", { fields });
  const now = ports.clock();
  const end = new Date(now.getTime() + wanted.lifeSeconds * 1_000);
  const token = {
    ...parent,
    uuid: ports.newUuid(),
    name: wanted.name,
    scopes,
    bound: boundWithin(limits.bound, parent.bound),
    createdAt: now,
    expiresAt: end < parent.expiresAt ? end : parent.expiresAt,
    revokedAt: undefined,
    lastUsedAt: undefined,
    successorUuid: undefined,
    parentUuid: parent.uuid,
  } as Token;
  const text = writeToken(token.kind, ports.randomBytes);
  await by.transaction(
    async (tx, record) => {
      await requireRoom(tx, parent, now);
      await insertToken(tx, token, digestToken(text));
      record.audit("token.derived", tokenSubject(token), {
        account: token.accountUuid,
        parent: parent.uuid,
        scopes,
        expires_on: token.expiresAt.toISOString(),
      });
    },
    { subject: parent.uuid },
  );
  return { text, token };
}

type Problems = Readonly<Record<string, readonly string[]>>;

function nameProblem(name: string): Problems {
  const isFine = name.trim() !== "" && textLength(name) <= TOKEN_NAME_LENGTH_MAX;
  return isFine ? {} : { name: [`must have 1 to ${TOKEN_NAME_LENGTH_MAX} characters`] };
}

function lifeProblem(seconds: number): Problems {
  const isFine =
    Number.isInteger(seconds) && seconds >= CHILD_LIFE_SECONDS_MIN && seconds <= CHILD_LIFE_SECONDS_MAX;
  return isFine
    ? {}
    : { expires_in: [`must be ${CHILD_LIFE_SECONDS_MIN} to ${CHILD_LIFE_SECONDS_MAX} seconds`] };
}

function boundWithin(limits: Bound | undefined, outer: Bound | undefined): Bound | undefined {
  if (outer === undefined) return limits;
  return { ...limits, outer };
}

/**
 * The scopes, each of them one that the parent has. In the older vocabulary also what those imply. No token gets the scopes of
 * `/-/tokens` in this way.
 */
function scopesWithin(parent: Token, wanted: readonly string[]) {
  const problems: string[] = wanted.length === 0 ? ["at least one is needed"] : [];
  const scopes = new Set<string>();
  for (const text of wanted) {
    const scope = parent.kind === "api-token" ? parseScope(text) : parseOauthScope(text);
    if (scope === undefined) problems.push(`${JSON.stringify(text.slice(0, SHOWN_LENGTH_MAX))} is no scope`);
    else if (!isGranted(parent, scope)) problems.push(`the token that it is derived from has no ${scope}`);
    else if (isPailScope(scope as GrantedScope)) problems.push(`${scope} cannot be passed on`);
    else scopes.add(scope);
  }
  return { scopes: [...scopes], problems };
}

const SHOWN_LENGTH_MAX = 100;

function isGranted(parent: Token, scope: string): boolean {
  const granted: ReadonlySet<string> =
    parent.kind === "api-token" ? new Set(parent.scopes) : withImplied(parent.scopes);
  return granted.has(scope);
}

/** Counted under a lock, so that of two at once the second one counts the first. */
async function requireRoom(tx: Kysely<Schema>, parent: Token, now: Date): Promise<void> {
  const ancestors = await listAncestors(tx, parent.uuid);
  if (ancestors.length >= DERIVATION_DEPTH_MAX)
    throw new Failure(
      "conflict",
      `Cannot derive a token: this one is ${DERIVATION_DEPTH_MAX} derivations deep, which is the limit`,
    );
  const line = [parent.uuid, ...ancestors];
  await lockRows(
    tx,
    line.map((uuid) => ({ table: "api_token", uuid, strength: "update" }) as const),
  );
  const { children } = await countLivingDescendants(tx, parent.uuid, now);
  if (children >= LIVING_CHILDREN_MAX)
    throw new Failure(
      "conflict",
      `Cannot derive a token: ${LIVING_CHILDREN_MAX} valid ones are derived from this one, which is the limit`,
    );
  for (const uuid of line) {
    const { all } = await countLivingDescendants(tx, uuid, now);
    if (all >= LIVING_DESCENDANTS_MAX)
      throw new Failure(
        "conflict",
        `Cannot derive a token: ${LIVING_DESCENDANTS_MAX} valid ones descend from this one or those above it, which is the limit`,
      );
  }
}
