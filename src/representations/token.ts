import type { Account } from "../model/account.ts";
import type { Secret } from "../model/secret.ts";
import type { ApiToken, TokenWithHistory } from "../model/token.ts";
import type { WrittenLimits } from "../model/written-limits.ts";
import { representLimits } from "./limits.ts";
import { type BaseUrls, tokenApiUrl } from "./links.ts";

type Shown = { readonly baseUrls: BaseUrls; readonly now: Date };

export type TokenState = "active" | "expired" | "revoked" | "rotated";

/** A rotated token works until its end, which the rotation has set. */
export function tokenState(
  token: Pick<TokenWithHistory, "revokedAt" | "successorUuid" | "expiresAt">,
  now: Date,
): TokenState {
  if (token.revokedAt !== undefined) return "revoked";
  if (token.expiresAt <= now) return "expired";
  return token.successorUuid === undefined ? "active" : "rotated";
}

/** An API token of Pail's own routes. Its text is never shown again. */
export function representToken(token: TokenWithHistory, limits: WrittenLimits, { baseUrls, now }: Shown) {
  return {
    type: "api_token",
    id: token.uuid,
    name: token.name,
    scopes: token.scopes,
    ...representLimits(limits),
    parent: token.parentUuid ?? null,
    state: tokenState(token, now),
    created_on: token.createdAt.toISOString(),
    expires_on: token.expiresAt.toISOString(),
    revoked_on: token.revokedAt?.toISOString() ?? null,
    last_used_on: token.lastUsedAt?.toISOString() ?? null,
    last_used_address: token.lastUsedFrom?.address ?? null,
    last_used_client: token.lastUsedFrom?.client ?? null,
    successor: token.successorUuid ?? null,
    links: { self: { href: tokenApiUrl(baseUrls, token) } },
  };
}

/** With its text, for who has just made it. */
export function representMadeToken(
  { token, text }: { readonly token: ApiToken; readonly text: Secret },
  limits: WrittenLimits,
  shown: Shown,
) {
  // Made again, it is shown as it was made: whether it has been used by then is another question.
  const made = { ...token, lastUsedAt: undefined, lastUsedFrom: undefined, revokedBy: undefined };
  return { ...representToken(made, limits, shown), token: text.reveal() };
}

/** RFC 7662, section 2.2, and all that is known of the token. */
export function representIntrospection(
  {
    token,
    account,
    problem,
  }: {
    readonly token: TokenWithHistory;
    readonly account: Account;
    /** Why it is not active. Undefined: it is. */
    readonly problem: string | undefined;
  },
  limits: WrittenLimits,
  shown: Shown,
) {
  const seconds = (at: Date) => Math.floor(at.getTime() / 1_000);
  return {
    active: problem === undefined,
    ...(problem === undefined ? {} : { reason: problem }),
    scope: token.scopes.join(" "),
    username: account.username,
    sub: account.uuid,
    token_type: "Bearer",
    exp: seconds(token.expiresAt),
    iat: seconds(token.createdAt),
    jti: token.uuid,
    ...representToken(token, limits, shown),
  };
}
