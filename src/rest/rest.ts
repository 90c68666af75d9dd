import type { FastifyInstance } from "fastify";
import { registerRoute, routerPaths } from "../http/pipeline.ts";
import { Failure } from "../model/failure.ts";
import type { Ports } from "../ports.ts";
import { ROUTES } from "./routes.ts";

const METHODS = ["GET", "POST", "PUT", "DELETE", "PATCH"] as const;

/** REST 2.0: every route, and for each path the methods that it lacks, refused as such. */
export function registerRest(server: FastifyInstance, ports: Ports): void {
  const methods = new Map<string, Set<string>>();
  for (const route of ROUTES) {
    registerRoute(server, ports, route);
    for (const path of routerPaths(route)) {
      methods.set(path, (methods.get(path) ?? new Set()).add(route.method));
    }
  }
  for (const [path, taken] of methods) {
    server.route({
      method: METHODS.filter((method) => !taken.has(method)),
      url: path,
      handler() {
        throw new Failure("method-refused", "Method not allowed", {
          detail: `Allowed: ${[...taken].join(", ")}`,
        });
      },
    });
  }
}
