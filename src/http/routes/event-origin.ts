import type { Caller } from "../../model/caller.ts";
import type { EventOrigin, PublicBaseUrls } from "../../model/event.ts";

/** What webhooks are told of a request: who made it, and under which URLs others find what it is about. */
export function originOf(caller: Caller, baseUrls: PublicBaseUrls): EventOrigin {
  return { actorUuid: caller.kind === "anonymous" ? undefined : caller.account.uuid, baseUrls };
}
