import type { FastifyRequest } from "fastify";
import type { Caller } from "../model/caller.ts";

/** Who is counted: the account, or without one the address. */
export function holderOf(caller: Caller, request: FastifyRequest): string {
  return caller.kind === "anonymous" ? `address ${request.ip}` : caller.account.uuid;
}
