import type { Caller } from "../model/caller.ts";
import type { EventOrigin } from "../model/event.ts";
import type { Bases } from "../representations/links.ts";

/** What webhooks are told of a request: who made it, and under which URLs. */
export function originOf(caller: Caller, bases: Bases): EventOrigin {
  return { actorUuid: caller.kind === "anonymous" ? undefined : caller.account.uuid, bases };
}
