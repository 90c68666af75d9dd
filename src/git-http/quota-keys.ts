import type { FastifyRequest } from "fastify";
import type { QuotaKey } from "../git/process-slots.ts";
import { clientAddress, networkOf } from "../http/server/client-address.ts";
import type { Ports } from "../ports.ts";
import type { GitRequest } from "./git-route.ts";

/** Who is counted: the account, or without one the address; and the repository. */
export function quotaKeysOf(
  { config }: Pick<Ports, "config">,
  { caller, repository }: Pick<GitRequest, "caller" | "repository">,
  request: FastifyRequest,
): readonly QuotaKey[] {
  return [
    { kind: "repository", id: repository.uuid },
    caller.kind === "anonymous"
      ? { kind: "address", id: networkOf(clientAddress(request, config)) }
      : { kind: "account", id: caller.account.uuid },
  ];
}
