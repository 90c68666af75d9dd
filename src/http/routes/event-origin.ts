import type { Caller } from "../../model/caller.ts";
import type { EventOrigin, PublicBases } from "../../model/event.ts";

/** What webhooks are told of a request: who made it, and under which URLs others find what it is about. */
export function originOf(caller: Caller, bases: PublicBases): EventOrigin {
  return { actorUuid: caller.kind === "anonymous" ? undefined : caller.account.uuid, bases };
}
