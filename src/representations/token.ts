import type { TokenWithHistory } from "../model/token.ts";
import { type BaseUrls, tokenApiUrl } from "./links.ts";

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
export function representToken(token: TokenWithHistory, baseUrls: BaseUrls, now: Date) {
  return {
    type: "api_token",
    id: token.uuid,
    name: token.name,
    scopes: token.scopes,
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
