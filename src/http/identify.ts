import type { FastifyRequest } from "fastify";
import { authenticate } from "../authentication/authenticate.ts";
import type { Channel } from "../authentication/identity-name.ts";
import { readCredential } from "../authentication/read-credential.ts";
import type { AccountActor } from "../jobs/audit-notes.ts";
import type { Caller } from "../model/caller.ts";
import type { Ports } from "../ports.ts";
import { actorOf } from "./actor.ts";
import { networkOf } from "./client-address.ts";
import { annotate } from "./request-log.ts";

declare module "fastify" {
  interface FastifyRequest {
    /** Whose genuine token was sent, for the audit log. */
    tokenActor: AccountActor | undefined;
  }
}

/** Who is calling: the first check of every request, REST or Git. */
export async function identify(ports: Ports, channel: Channel, request: FastifyRequest): Promise<Caller> {
  const caller = await authenticate(ports, channel, readCredential(request.headers.authorization));
  annotate(request, caller);
  const actor = actorOf(caller, request, ports.config);
  if (caller.kind === "api-token" && actor.kind === "account") {
    request.tokenActor = actor;
    ports.auditNotes.noteAddress(actor, caller.token.name, networkOf(actor.address));
  }
  return caller;
}
