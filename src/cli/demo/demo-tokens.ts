import { digestToken, parsePasswordShape, writeToken } from "../../authentication/token-text.ts";
import type { Account } from "../../model/account.ts";
import { type GrantedScope, SCOPES } from "../../model/scope.ts";
import { Secret } from "../../model/secret.ts";
import { createApiToken, revokeApiToken, type TokenPorts } from "../../operations/tokens/api-tokens.ts";
import type { By } from "../../ports.ts";
import { insertToken, listTokens } from "../../storage/sql/tokens/tokens.ts";

export type DemoTokens = {
  /** All scopes. */
  readonly token: Secret;
  readonly tokenRead: Secret;
  readonly tokenExpired: Secret;
};

/** By these names the tokens of earlier starts are found again. */
const NAMES = {
  token: "pail demo (all scopes)",
  tokenRead: "pail demo (read only)",
  tokenExpired: "pail demo (expired)",
} as const satisfies Record<keyof DemoTokens, string>;

const READ_SCOPES: readonly GrantedScope[] = ["read:repository:bitbucket", "read:user:bitbucket"];
const AGE_DAYS = 365;
const DAY_MS = 86_400_000;

/** Whether all three are still what they were made as. */
export async function areDemoTokens(
  { database, clock }: TokenPorts,
  account: Account,
  tokens: DemoTokens,
): Promise<boolean> {
  const now = clock();
  for (const kind of ["token", "tokenRead", "tokenExpired"] as const) {
    if (parsePasswordShape(tokens[kind]).kind !== "token") return false;
    const found = await database.lookups.findTokenByDigest(digestToken(tokens[kind]));
    if (found === undefined || found.account.uuid !== account.uuid || found.token.name !== NAMES[kind])
      return false;
    const isExpired = found.token.expiresAt <= now;
    if (found.token.revokedAt !== undefined || isExpired !== (kind === "tokenExpired")) return false;
  }
  return true;
}

/** Creates the three tokens. Those of earlier starts are revoked: only their digests are stored, so they cannot be shown again. */
export async function renewDemoTokens(ports: TokenPorts, by: By, account: Account): Promise<DemoTokens> {
  const names: readonly string[] = Object.values(NAMES);
  for (const old of await listTokens(ports.database.kysely, account.uuid)) {
    if (old.revokedAt === undefined && names.includes(old.name)) await revokeApiToken(ports, by, old.uuid);
  }
  const create = async (name: string, scopes: readonly GrantedScope[]) =>
    (await createApiToken(ports, by, { accountUuid: account.uuid, name, scopes, ageDays: AGE_DAYS })).text;
  return {
    token: await create(NAMES.token, SCOPES),
    tokenRead: await create(NAMES.tokenRead, READ_SCOPES),
    tokenExpired: await storeExpiredToken(ports, account),
  };
}

/** No operation makes a token that has expired, so it is stored as one that was made a year ago. */
async function storeExpiredToken(ports: TokenPorts, account: Account): Promise<Secret> {
  const text = writeToken("api-token", ports.randomBytes);
  const expiresAt = new Date(ports.clock().getTime() - DAY_MS);
  await insertToken(
    ports.database.kysely,
    {
      uuid: ports.newUuid(),
      kind: "api-token",
      bound: undefined,
      parentUuid: undefined,
      accountUuid: account.uuid,
      name: NAMES.tokenExpired,
      scopes: SCOPES,
      createdAt: new Date(expiresAt.getTime() - AGE_DAYS * DAY_MS),
      expiresAt,
      revokedAt: undefined,
      lastUsedAt: undefined,
      successorUuid: undefined,
    },
    digestToken(text),
  );
  return text;
}

/** Reads the three out of a credentials file; undefined if they are not all there. */
export function parseDemoTokens(json: unknown): DemoTokens | undefined {
  if (typeof json !== "object" || json === null) return undefined;
  const {
    token,
    token_read: tokenRead,
    token_expired: tokenExpired,
  } = json as Readonly<Record<string, unknown>>;
  if (typeof token !== "string" || typeof tokenRead !== "string" || typeof tokenExpired !== "string")
    return undefined;
  return {
    token: new Secret(token),
    tokenRead: new Secret(tokenRead),
    tokenExpired: new Secret(tokenExpired),
  };
}
