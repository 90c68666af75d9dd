import type { Account } from "../model/account.ts";
import type { Caller } from "../model/caller.ts";
import { credentialMissing } from "./authorize.ts";

/** Who does it, where something is done in somebody's name. A route that asks for write has refused anyone anonymous before. */
export function requireAccount(caller: Caller): Account {
  if (caller.kind === "anonymous") throw credentialMissing();
  return caller.account;
}
