import type { FastifyRequest } from "fastify";
import { openProcessPlaces } from "../git/process-places.ts";
import type { Caller } from "../model/caller.ts";

const OPTIONS = { placesMax: 16, shareMax: 12, waitingMax: 1_000, waitMsMax: 60_000 };

/** Each is two processes, with the memory that a pack in the making takes. */
export const FETCH_PLACES = openProcessPlaces(OPTIONS);
export const PUSH_PLACES = openProcessPlaces(OPTIONS);

/** Who is counted: the account, or without one the address. */
export function holderOf(caller: Caller, request: FastifyRequest): string {
  return caller.kind === "anonymous" ? `address ${request.ip}` : caller.account.uuid;
}
