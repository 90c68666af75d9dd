import { randomBytes, timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import fastify, { type FastifyInstance, type FastifyReply } from "fastify";
import { acceptJsonBodies } from "../http/routes/json-bodies.ts";
import { bodyReader } from "../http/routes/request-body.ts";
import type { Answer } from "../http/server/answer.ts";
import { BUG_BODY, errorBody, statusOf } from "../http/server/answer-failure.ts";
import { failureOf } from "../http/server/failure-of.ts";
import { openHostGuard } from "../http/server/host-guard.ts";
import { Failure } from "../model/failure.ts";
import { maskTokens } from "../model/mask-secrets.ts";
import { Secret } from "../model/secret.ts";
import type { StandIn } from "../stand-in/stand-in.ts";
import type { ControlRoute } from "./control-route.ts";
import { closeToOthers, preparePrivateSocket } from "./private-socket.ts";
import { CONTROL_ROUTES } from "./routes.ts";

/** A fault with a body fits, and a payload. */
const BODY_BYTES_MAX = 1024 * 1024;
const SECRET_BYTES = 32;
const LOOPBACK = "127.0.0.1";

export type ControlAddress =
  /** Of a UNIX socket, in a folder for its owner alone. */
  | { readonly kind: "socket"; readonly path: string }
  /** Of this machine alone. 0: any that is free. */
  | { readonly kind: "port"; readonly port: number };

export type Control = {
  /** The path of the socket, or a URL. */
  readonly address: string;
  /** What requests to a URL have to send. A socket needs none: nobody else can open it. */
  readonly secret: Secret | undefined;
  close(): Promise<void>;
};

/**
 * Listens for what tests ask of a stand-in.
 *
 * @throws Failure invalid-input, conflict if the socket cannot be opened there.
 */
export async function startControl(standIn: StandIn, address: ControlAddress): Promise<Control> {
  const secret =
    address.kind === "port" ? new Secret(randomBytes(SECRET_BYTES).toString("base64url")) : undefined;
  const server = createControlServer(standIn, secret);
  if (address.kind === "socket") {
    await preparePrivateSocket(address.path);
    await server.listen({ path: address.path });
    await closeToOthers(address.path);
    // Node removes the socket when it stops listening.
    return { address: address.path, secret, close: () => server.close() };
  }
  await server.listen({ host: LOOPBACK, port: address.port });
  const { port } = server.server.address() as AddressInfo;
  return { address: `http://${LOOPBACK}:${port}`, secret, close: () => server.close() };
}

function createControlServer(standIn: StandIn, secret: Secret | undefined): FastifyInstance {
  const server = fastify({ logger: false, bodyLimit: BODY_BYTES_MAX, forceCloseConnections: true });
  acceptJsonBodies(server);
  server.setErrorHandler((error, _request, reply) => answerError(standIn, error, reply));
  server.setNotFoundHandler(() => {
    throw new Failure("no-such-operation", "Resource not found", {
      detail: "GET / lists what the control offers",
    });
  });
  const requireOwner = ownerGuard(secret);
  server.addHook("onRequest", async (request) => requireOwner(request.raw));
  server.get("/", async () => CONTROL_ROUTES.map(({ method, path, summary }) => ({ method, path, summary })));
  for (const route of CONTROL_ROUTES) register(server, standIn, route);
  return server;
}

/**
 * No web page reaches the control: browsers name the page in a header, and the name that was asked for has to be this machine's (DNS
 * rebinding). On a port, other users of the machine lack the secret.
 */
function ownerGuard(secret: Secret | undefined): (request: IncomingMessage) => void {
  const settings = { publicUrl: undefined, publicApiUrl: undefined, proxiedHosts: [], isBehindProxy: false };
  const objectionToHost = openHostGuard({ ...settings, host: LOOPBACK });
  return (request) => {
    const { headers } = request;
    if (headers.origin !== undefined || headers["sec-fetch-site"] !== undefined)
      throw new Failure("foreign-site", "The control takes nothing from a browser");
    if (secret === undefined) return;
    if (objectionToHost(request) !== undefined)
      throw new Failure("foreign-host", "The control is asked for by the address of this machine alone");
    if (!isEqual(headers.authorization ?? "", `Bearer ${secret.reveal()}`))
      throw new Failure("credential-invalid", "The control's secret is missing or wrong");
  };
}

function isEqual(sent: string, wanted: string): boolean {
  const [one, other] = [Buffer.from(sent), Buffer.from(wanted)];
  return one.length === other.length && timingSafeEqual(one, other);
}

function register(server: FastifyInstance, standIn: StandIn, route: ControlRoute): void {
  const readBody = route.body && bodyReader(route.body);
  server.route({
    method: route.method,
    url: route.path.replaceAll(/\{(\w+)\}/g, ":$1"),
    async handler(request, reply) {
      const gone = new AbortController();
      reply.raw.once("close", () => gone.abort());
      const answer = await route.handle(standIn, {
        params: request.params as Record<string, string>,
        query: new URL(request.url, "http://control").searchParams,
        body: await readBody?.(request.body),
        signal: gone.signal,
      });
      return send(reply, answer);
    },
  });
}

function send(reply: FastifyReply, { status, headers = {}, body }: Answer): FastifyReply {
  reply.code(status).headers(headers);
  switch (body.kind) {
    case "json":
      return reply.header("content-type", "application/json; charset=utf-8").send(JSON.stringify(body.value));
    case "written-json":
      return reply.header("content-type", "application/json; charset=utf-8").send(body.json);
    case "bytes":
      return reply.send(body.bytes);
    case "stream":
      return reply.send(body.stream);
    case "empty":
      return reply.send();
  }
}

function answerError({ ports: { log } }: StandIn, error: unknown, reply: FastifyReply): FastifyReply {
  const failure = failureOf(error, BODY_BYTES_MAX);
  reply.header("content-type", "application/json; charset=utf-8");
  if (failure === undefined) {
    log.error({ err: error }, "bug in the control");
    return reply.code(500).send(JSON.stringify(BUG_BODY));
  }
  return reply.code(statusOf(failure)).send(maskTokens(JSON.stringify(errorBody(failure))));
}
