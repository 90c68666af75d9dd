import type { FastifyInstance } from "fastify";
import { acceptJsonBodies } from "../http/routes/json-bodies.ts";
import { answerErrorsInJson } from "../http/routes/json-errors.ts";
import type { Ports } from "../ports.ts";
import { registerDownloadLink } from "./download-link.ts";
import { registerTokenRevocation } from "./token-revocation.ts";

/** Pail's own routes, in a scope of their own. Refusals are those of the API. */
export async function registerOwnRoutes(parent: FastifyInstance, ports: Ports): Promise<void> {
  await parent.register(async (server) => {
    acceptJsonBodies(server);
    answerErrorsInJson(server, ports);
    registerTokenRevocation(server, ports);
    registerDownloadLink(server, ports);
  });
}
