import type { FastifyRequest } from "fastify";
import { authenticateSession } from "../../authentication/authenticate-session.ts";
import { clientAddress, networkOf } from "../../http/server/client-address.ts";
import { annotate } from "../../http/server/request-log.ts";
import type { Caller } from "../../model/caller.ts";
import { Secret } from "../../model/secret.ts";
import { accountOf, actorOf } from "../../model/who-acts.ts";
import type { Ports } from "../../ports.ts";
import { readCookie } from "./cookies.ts";
import type { Frame } from "./frame.ts";

/** Who reads a page, by the session of the browser. The frame, the log and refusals learn of it. */
export async function identifyReader(ports: Ports, frame: Frame, request: FastifyRequest): Promise<Caller> {
  const cookie = readCookie(request, "session", frame.transport);
  const address = clientAddress(request, ports.config);
  const caller = await authenticateSession(
    ports,
    cookie === undefined ? undefined : new Secret(cookie),
    networkOf(address),
  );
  annotate(request, caller);
  frame.account = accountOf(caller);
  const actor = actorOf(caller, address);
  request.accountActor = actor.kind === "account" ? actor : undefined;
  return caller;
}
