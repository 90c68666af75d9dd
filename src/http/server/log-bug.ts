import type { FastifyRequest } from "fastify";
import type { Ports } from "../../ports.ts";

export function logBug({ log }: Pick<Ports, "log">, error: unknown, request: FastifyRequest): void {
  log.error({ "request.id": request.id, route: request.routeOptions.url, err: error }, "bug");
}
