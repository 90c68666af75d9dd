import type { FastifyInstance, FastifyRequest } from "fastify";
import { clientAddress } from "../http/server/client-address.ts";
import { baseUrlsOf } from "../http/server/public-urls.ts";
import { openReadinessCheck, type Readiness } from "../operations/readiness/readiness.ts";
import type { Ports } from "../ports.ts";

export const HEALTH_PATH = "/-/health";
export const READY_PATH = "/-/ready";

const PROBE = { config: { isProbe: true } } as const;
const HEADERS = { "content-type": "application/json; charset=utf-8", "cache-control": "no-store" };

/**
 * `GET /-/health`: the process answers. `GET /-/ready`: it can also do its work; if not, 503 names the part that is
 * missing. Both are for machines that watch this one, so no credential is looked at and no limit counts them.
 */
export function registerHealth(server: FastifyInstance, ports: Ports): void {
  const readiness = openReadinessCheck(ports);
  server.get(HEALTH_PATH, PROBE, (request, reply) => {
    const asksWhatArrived = (request.query as Readonly<Record<string, unknown>>).seen !== undefined;
    return reply.headers(HEADERS).send(asksWhatArrived ? seenBody(request, ports) : HEALTH_BODY);
  });
  server.get(READY_PATH, PROBE, async (_request, reply) => {
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

const FORWARDED = ["x-forwarded-for", "x-forwarded-host", "x-forwarded-proto"] as const;

/** What arrived of the request of who asks, so that a proxy on the way can be checked: `pail doctor`. Nothing of others. */
function seenBody(request: FastifyRequest, ports: Ports): string {
  return JSON.stringify({
    status: "alive",
    seen: {
      url: baseUrlsOf(request.headers, ports).html,
      address: clientAddress(request, ports.config),
      forwarded: FORWARDED.filter((name) => request.headers[name] !== undefined),
      has_authorization: request.headers.authorization !== undefined,
    },
  });
}

function readyStatus({ isReady }: Readiness): number {
  return isReady ? 200 : 503;
}

function readyBody({ isReady, checks }: Readiness): string {
  return JSON.stringify({ status: isReady ? "ready" : "not ready", checks });
}
