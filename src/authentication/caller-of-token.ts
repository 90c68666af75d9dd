import type { AccountCaller, TokenCredential } from "../model/caller.ts";
import { scopeSetOf } from "../model/token.ts";
import type { Uuid } from "../model/uuid.ts";
import type { Ports } from "../ports.ts";
import { tokenProblem } from "./authenticate.ts";
import { boundOfToken } from "./bound-of-token.ts";

/** Who would be calling with a token. */
export type CallerOfToken = {
  readonly caller: AccountCaller;
  /** Why the token is not valid, in words for its owner. Undefined: it is. */
  readonly problem: string | undefined;
};

/**
 * The caller that a request with the token would have, to tell what it may: nothing was sent, so it is never admitted to
 * anything. Undefined if there is no such token.
 */
export async function callerOfToken(
  { database, clock }: Pick<Ports, "database" | "clock">,
  uuid: Uuid,
): Promise<CallerOfToken | undefined> {
  const { credential } = await database.lookups.getAdmissionState(uuid, undefined);
  if (credential?.kind !== "token") return undefined;
  const { token, account } = credential;
  const now = clock();
  return {
    problem: tokenProblem(credential, now),
    caller: {
      kind: "account",
      account,
      credential: {
        kind: token.kind,
        id: token.uuid,
        scopes: scopeSetOf(token),
        token,
        identity: undefined,
        bound: boundOfToken(credential, { now, address: undefined }),
      } as TokenCredential,
    },
  };
}
