import { type ListedAccessToken, resourceName } from "../../model/access-token.ts";
import type { TokenState } from "../token/listed-tokens.ts";

function stateOf({ token, resource }: ListedAccessToken, now: Date): TokenState | "gone" {
  if (resource === undefined) return "gone";
  if (token.revokedAt !== undefined) return "revoked";
  if (token.successorUuid !== undefined) return "rotated";
  return token.expiresAt <= now ? "expired" : "active";
}

/** An access token as the command line shows it. */
export function describeAccessToken(listed: ListedAccessToken, now: Date) {
  const { token, account, address, resource } = listed;
  return {
    id: token.uuid,
    /** Null: it is gone, and the token with it. */
    of: resource === undefined ? null : resourceName(resource),
    kind: account.kind,
    name: token.name,
    scopes: token.scopes,
    created_on: token.createdAt.toISOString(),
    expires_on: token.expiresAt.toISOString(),
    last_used_on: token.lastUsedAt?.toISOString() ?? null,
    last_used_address: token.lastUsedFrom?.address ?? null,
    last_used_client: token.lastUsedFrom?.client ?? null,
    state: stateOf(listed, now),
    revoked_on: token.revokedAt?.toISOString() ?? null,
    successor: token.successorUuid ?? null,
    account: account.uuid,
    /** Of its commits. */
    email: address,
  };
}
