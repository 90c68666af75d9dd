import type { FastifyInstance } from "fastify";
import { openCachedAnswers } from "../http/routes/cached-answers.ts";
import { registerRoute } from "../http/routes/pipeline.ts";
import type { Ports } from "../ports.ts";
import { ROUTES } from "./routes.ts";

/** REST 2.0: every route. Other methods of their paths are refused by the server, as such. */
export function registerRest(server: FastifyInstance, ports: Ports): void {
  const cached = openCachedAnswers(ports);
  for (const route of ROUTES) registerRoute(server, ports, cached, route);
}
