import type { FastifyInstance } from "fastify";
import { openCachedAnswers } from "../http/routes/cached-answers.ts";
import { acceptJsonBodies } from "../http/routes/json-bodies.ts";
import { answerErrorsInJson } from "../http/routes/json-errors.ts";
import { registerRoute } from "../http/routes/pipeline.ts";
import type { Ports } from "../ports.ts";
import { registerAdminApiTokens } from "./admin-api-tokens.ts";
import { registerDownloadLink } from "./download-link.ts";
import { registerHealth } from "./health.ts";
import { registerOpenapi } from "./openapi/register-openapi.ts";
import { OWN_ROUTES } from "./routes.ts";
import { registerTokenCalendar } from "./token-calendar.ts";
import { registerTokenRevocation } from "./token-revocation.ts";

/**
 * Pail's own routes, in a scope of their own. Those that are declared go the way of the API's, with the same checks and
 * refusals; those that read no credential are registered by themselves.
 */
export async function registerOwnRoutes(parent: FastifyInstance, ports: Ports): Promise<void> {
  const cached = openCachedAnswers(ports);
  await parent.register(async (server) => {
    acceptJsonBodies(server);
    answerErrorsInJson(server, ports);
    for (const route of OWN_ROUTES) registerRoute(server, ports, cached, route);
    registerTokenRevocation(server, ports);
    registerDownloadLink(server, ports);
    registerTokenCalendar(server, ports);
    registerAdminApiTokens(server, ports);
    registerHealth(server, ports);
    registerOpenapi(server, ports);
  });
}
