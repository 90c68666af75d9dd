import type { FastifyInstance } from "fastify";
import { openCachedAnswers } from "../http/routes/cached-answers.ts";
import { acceptJsonBodies } from "../http/routes/json-bodies.ts";
import { answerErrorsInJson } from "../http/routes/json-errors.ts";
import { registerRoute } from "../http/routes/pipeline.ts";
import type { Ports } from "../ports.ts";
import { ROUTES } from "./routes.ts";

/** REST 2.0: every route, in a scope of its own. Other methods of their paths are refused. */
export async function registerRest(parent: FastifyInstance, ports: Ports): Promise<void> {
  const cached = openCachedAnswers(ports);
  await parent.register(async (server) => {
    acceptJsonBodies(server);
    answerErrorsInJson(server, ports);
    for (const route of ROUTES) registerRoute(server, ports, cached, route);
  });
}
