import type { FastifyInstance } from "fastify";
import { registerRoute } from "../http/routes/pipeline.ts";
import type { Ports } from "../ports.ts";
import { ROUTES } from "./routes.ts";

/** REST 2.0: every route. Other methods of their paths are refused by the server, as such. */
export function registerRest(server: FastifyInstance, ports: Ports): void {
  for (const route of ROUTES) registerRoute(server, ports, route);
}
