import type { FastifyRequest } from "fastify";
import { clientAddress, networkOf } from "../http/client-address.ts";
import type { Caller } from "../model/caller.ts";
import type { Ports } from "../ports.ts";

/** Who is counted: the account, or without one the address. */
export function holderOf({ config }: Pick<Ports, "config">, caller: Caller, request: FastifyRequest): string {
  return caller.kind === "anonymous"
    ? `address ${networkOf(clientAddress(request, config))}`
    : caller.account.uuid;
}
