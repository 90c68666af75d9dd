import type { FastifyRequest } from "fastify";
import type { Config } from "../../config/config.ts";
import type { Actor } from "../../model/audit.ts";
import type { Caller } from "../../model/caller.ts";
import { clientAddress } from "../server/client-address.ts";

/** In whose name the changes of a request are. */
export function actorOf(
  caller: Caller,
  request: Pick<FastifyRequest, "headers" | "ip">,
  config: Config,
): Actor {
  const address = clientAddress(request, config);
  if (caller.kind === "anonymous") return { kind: "anonymous", address };
  return { kind: "account", accountUuid: caller.account.uuid, tokenUuid: caller.token.uuid, address };
}
