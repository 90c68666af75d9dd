import type { AccountCaller, CallerIdentity, TokenCredential } from "../model/caller.ts";
import { scopeSetOf } from "../model/token.ts";
import type { FoundToken } from "../storage/sql/lookups/admission-rows.ts";
import { boundOfToken } from "./bound-of-token.ts";

/** Whoever sends a token, from an address that may not be known, is its account with all that limits the token. */
export function callerByToken(
  found: FoundToken,
  identity: CallerIdentity | undefined,
  { now, address }: { readonly now: Date; readonly address: string | undefined },
): AccountCaller {
  const { token, account } = found;
  const isRecorded = token.recordedUntil !== undefined && token.recordedUntil > now;
  return {
    kind: "account",
    account,
    credential: {
      kind: token.kind,
      id: token.uuid,
      scopes: scopeSetOf(token),
      token,
      identity,
      bound: boundOfToken(found, { now, address }),
      ...(isRecorded ? { isRecorded } : {}),
    } as TokenCredential,
  };
}
