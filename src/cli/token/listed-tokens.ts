import type { ApiToken, TokenRevoker, TokenWithHistory } from "../../model/token.ts";
import type { Uuid } from "../../model/uuid.ts";
import type { WrittenLimits } from "../../model/written-limits.ts";
import { describeLimits } from "../../operations/tokens/describe-limits.ts";
import type { Ports } from "../../ports.ts";
import { representLimits } from "../../representations/limits.ts";
import { findAccountByUuid, listEmails } from "../../storage/sql/accounts/accounts.ts";
import { findLeaks } from "../../storage/sql/audit/audit-events.ts";

export type TokenState = "active" | "expired" | "revoked" | "rotated";

/** A token as the command line shows it. */
export type ListedToken = ReturnType<typeof describeToken>;

/** A rotated token works until its end, which the rotation has set. */
function stateOf(token: ApiToken, now: Date): TokenState {
  if (token.revokedAt !== undefined) return "revoked";
  if (token.successorUuid !== undefined) return "rotated";
  return token.expiresAt <= now ? "expired" : "active";
}

function describeRevoker(revoker: TokenRevoker): string {
  switch (revoker.kind) {
    case "account":
      return revoker.displayName;
    case "operator":
      return "the operator";
    case "holder":
      return "somebody who had its text";
  }
}

type Beside = {
  readonly account: string;
  readonly limits: WrittenLimits;
  readonly leakedAt: Date | undefined;
};

function describeToken(token: TokenWithHistory, { account, limits, leakedAt }: Beside, now: Date) {
  return {
    id: token.uuid,
    account,
    name: token.name,
    scopes: token.scopes,
    ...representLimits(limits),
    created_on: token.createdAt.toISOString(),
    expires_on: token.expiresAt.toISOString(),
    last_used_on: token.lastUsedAt?.toISOString() ?? null,
    last_used_address: token.lastUsedFrom?.address ?? null,
    last_used_client: token.lastUsedFrom?.client ?? null,
    state: stateOf(token, now),
    revoked_on: token.revokedAt?.toISOString() ?? null,
    revoked_by: token.revokedBy === undefined ? null : describeRevoker(token.revokedBy),
    successor: token.successorUuid ?? null,
    /** The token that it was derived from. */
    parent: token.parentUuid ?? null,
    /** When somebody last tried to push it. */
    leaked_on: leakedAt?.toISOString() ?? null,
  };
}

/** With the primary e-mail addresses of the tokens' accounts, each looked up once. */
export async function listedTokens(
  { database, clock }: Pick<Ports, "database" | "clock">,
  tokens: readonly TokenWithHistory[],
): Promise<readonly ListedToken[]> {
  const names = new Map<Uuid, string>();
  for (const { accountUuid } of tokens) {
    if (names.has(accountUuid)) continue;
    const address = (await listEmails(database.kysely, accountUuid))[0]?.address;
    const username = (await findAccountByUuid(database.kysely, accountUuid))?.username;
    names.set(accountUuid, address ?? username ?? accountUuid);
  }
  const [leaks, now] = [await findLeaks(database.kysely), clock()];
  const limits = await describeLimits({ database }, undefined, tokens);
  return tokens.map((token, index) =>
    describeToken(
      token,
      {
        account: names.get(token.accountUuid)!,
        limits: limits[index]!,
        leakedAt: leaks.get(token.uuid),
      },
      now,
    ),
  );
}
