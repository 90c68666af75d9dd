import type { FastifyInstance } from "fastify";
import { openReadinessCheck, type Readiness } from "../operations/readiness/readiness.ts";
import type { Ports } from "../ports.ts";

export const HEALTH_PATH = "/-/health";
export const READY_PATH = "/-/ready";

const HEADERS = { "content-type": "application/json; charset=utf-8", "cache-control": "no-store" };

/**
 * `GET /-/health`: the process answers. `GET /-/ready`: it can also do its work; if not, 503 names the part that is
 * missing. Both are for machines that watch this one, so no credential is looked at and no limit counts them.
 */
export function registerHealth(server: FastifyInstance, ports: Ports): void {
  const readiness = openReadinessCheck(ports);
  server.get(HEALTH_PATH, (_request, reply) => reply.headers(HEADERS).send(HEALTH_BODY));
  server.get(READY_PATH, async (_request, reply) => {
    const found = await readiness.read();
    return reply.code(readyStatus(found)).headers(HEADERS).send(readyBody(found));
  });
}

/** The same on the port of the metrics, which need not be reachable for clients. */
export function openProbes(
  ports: Pick<Ports, "database" | "config">,
): (path: string) => Promise<{ status: number; headers: Record<string, string>; body: string } | undefined> {
  const readiness = openReadinessCheck(ports);
  return async (path) => {
    if (path === HEALTH_PATH) return { status: 200, headers: HEADERS, body: HEALTH_BODY };
    if (path !== READY_PATH) return undefined;
    const found = await readiness.read();
    return { status: readyStatus(found), headers: HEADERS, body: readyBody(found) };
  };
}

const HEALTH_BODY = JSON.stringify({ status: "alive" });

function readyStatus({ isReady }: Readiness): number {
  return isReady ? 200 : 503;
}

function readyBody({ isReady, checks }: Readiness): string {
  return JSON.stringify({ status: isReady ? "ready" : "not ready", checks });
}
