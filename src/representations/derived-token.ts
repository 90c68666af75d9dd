import type { Secret } from "../model/secret.ts";
import type { Token } from "../model/token.ts";
import type { WrittenLimits } from "../model/written-limits.ts";
import { representLimits } from "./limits.ts";

/** A token that was just derived, with its text. `expires_in` is in seconds, like that of OAuth (RFC 6749, section 5.1). */
export function representDerivedToken(token: Token, text: Secret, limits: WrittenLimits) {
  return {
    type: "derived_token",
    token: text.reveal(),
    id: token.uuid,
    parent: token.parentUuid ?? null,
    name: token.name,
    scopes: token.scopes,
    ...representLimits(limits),
    created_on: token.createdAt.toISOString(),
    expires_on: token.expiresAt.toISOString(),
    expires_in: Math.floor((token.expiresAt.getTime() - token.createdAt.getTime()) / 1_000),
  };
}
