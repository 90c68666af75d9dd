import type { FastifyInstance, FastifyRequest } from "fastify";
import { errorBody, statusOf } from "../http/server/answer-failure.ts";
import { clientAddress } from "../http/server/client-address.ts";
import { baseUrlsOf } from "../http/server/public-urls.ts";
import { Failure } from "../model/failure.ts";
import {
  openReadinessCheck,
  PARTS,
  type Part,
  type ReadinessCheck,
  type ReadinessPorts,
} from "../operations/readiness/readiness.ts";
import type { Ports } from "../ports.ts";

export const HEALTH_PATH = "/-/health";
export const READY_PATH = "/-/ready";

const PROBE = { config: { isProbe: true } } as const;
const HEADERS = { "content-type": "application/json; charset=utf-8", "cache-control": "no-store" };

/** Parts of `checks` that may be missing for who asks: `?exclude=object_store`, as Kubernetes has it. Others are refused. */
const EXCLUDED = "exclude";

/**
 * `GET /-/health`: the process answers. `GET /-/ready`: it can also do its work; if not, 503 names the part that is
 * missing, or says that it is about to stop. Both are for machines that watch this one, so no credential is looked at and no limit counts them.
 */
export function registerHealth(server: FastifyInstance, ports: Ports): void {
  const readiness = openReadinessCheck(ports);
  server.get(HEALTH_PATH, PROBE, (request, reply) => {
    const asksWhatArrived = (request.query as Readonly<Record<string, unknown>>).seen !== undefined;
    return reply.headers(HEADERS).send(asksWhatArrived ? seenBody(request, ports) : HEALTH_BODY);
  });
  server.get(READY_PATH, PROBE, async (request, reply) => {
    const { status, body } = await answerReady(readiness, request.url);
    return reply.code(status).headers(HEADERS).send(body);
  });
}

/** The same on the port of the metrics, which need not be reachable for clients. */
export function openProbes(
  ports: ReadinessPorts,
): (url: string) => Promise<{ status: number; headers: Record<string, string>; body: string } | undefined> {
  const readiness = openReadinessCheck(ports);
  return async (url) => {
    const path = url.split("?", 1)[0]!;
    if (path === HEALTH_PATH) return { status: 200, headers: HEADERS, body: HEALTH_BODY };
    if (path !== READY_PATH) return undefined;
    return { ...(await answerReady(readiness, url)), headers: HEADERS };
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

async function answerReady(
  readiness: ReadinessCheck,
  url: string,
): Promise<{ status: number; body: string }> {
  const names = new URLSearchParams(url.split(/\?(.*)/s)[1] ?? "").getAll(EXCLUDED);
  const excluded = new Set(PARTS.filter((part) => names.includes(part)));
  // A name that is mistyped would leave out nothing, and nobody would notice before that part fails.
  if (!names.every((name) => excluded.has(name as Part))) {
    const failure = new Failure("invalid-input", `exclude: must be one of ${PARTS.join(", ")}`);
    return { status: statusOf(failure), body: JSON.stringify(errorBody(failure)) };
  }
  // Without the database nothing is known of its migrations.
  if (excluded.has("database")) excluded.add("migrations");
  const { isStopping, checks } = await readiness.read(excluded);
  const isReady = PARTS.every((part) => (checks[part] ?? "ok") === "ok" || excluded.has(part));
  const status = isStopping ? "stopping" : isReady ? "ready" : "not ready";
  return { status: status === "ready" ? 200 : 503, body: JSON.stringify({ status, checks }) };
}
