import type { AccountCaller } from "../model/caller.ts";
import type { Uuid } from "../model/uuid.ts";
import type { Ports } from "../ports.ts";
import { tokenProblem } from "./authenticate.ts";
import { callerByToken } from "./caller-by-token.ts";

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
  const now = clock();
  return {
    problem: tokenProblem(credential, now),
    caller: callerByToken(credential, undefined, { now, address: undefined }),
  };
}
