import { type ListedAccessToken, resourceName } from "../model/access-token.ts";
import { representEmbeddedAccount } from "./embedded-account.ts";
import type { BaseUrls } from "./links.ts";
import { tokenState } from "./token.ts";

/** An access token of Pail's own routes. Its text is never shown again. */
export function representAccessToken(
  { token, account, address, resource }: ListedAccessToken,
  baseUrls: BaseUrls,
  now: Date,
) {
  return {
    type: "access_token",
    id: token.uuid,
    name: token.name,
    kind: account.kind,
    /** Null: it is gone. */
    of: resource === undefined ? null : resourceName(resource),
    scopes: token.scopes,
    state: tokenState(token, now),
    created_on: token.createdAt.toISOString(),
    expires_on: token.expiresAt.toISOString(),
    revoked_on: token.revokedAt?.toISOString() ?? null,
    last_used_on: token.lastUsedAt?.toISOString() ?? null,
    last_used_address: token.lastUsedFrom?.address ?? null,
    last_used_client: token.lastUsedFrom?.client ?? null,
    successor: token.successorUuid ?? null,
    account: representEmbeddedAccount(account, baseUrls),
    /** Of commits in its name. */
    email: address,
  };
}
