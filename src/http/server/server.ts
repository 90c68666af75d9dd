import { randomUUID } from "node:crypto";
import type { ServerResponse } from "node:http";
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";
import { Failure } from "../../model/failure.ts";
import type { Ports } from "../../ports.ts";
import { answerCors } from "./answer-cors.ts";
import { errorBody, statusOf } from "./answer-failure.ts";
import { logIfCut } from "./log-if-cut.ts";
import { createNodeServer, RETRY_AFTER_SECONDS } from "./node-server.ts";
import { logRequest } from "./request-log.ts";

/** A JSON or form body; a list of some 20,000 commits to include or exclude fits. */
export const BODY_BYTES_MAX = 1024 * 1024;
const URL_PARAMETER_LENGTH_MAX = 8 * 1024;
export type AppServer = FastifyInstance;

/** Fastify with our limits and log line. Routes, bodies and the way of refusing are the surfaces'. */
export function createHttpServer(ports: Ports): AppServer {
  const server = fastify({
    serverFactory: (handler) => createNodeServer(ports, handler),
    // Answered where the Node server is made, which can also mend a request.
    clientErrorHandler: () => {},
    genReqId: () => randomUUID(),
    bodyLimit: BODY_BYTES_MAX,
    logger: false,
    // No route has a schema of Fastify's. Its own compilers for them would be loaded all the same.
    schemaController: { compilersFactory: { buildValidator: noSchemas, buildSerializer: noSchemas } },
    routerOptions: {
      ignoreTrailingSlash: true,
      caseSensitive: true,
      maxParamLength: URL_PARAMETER_LENGTH_MAX,
      onBadUrl: (_path, _request, response) =>
        refuseUrl("not percent-encoded UTF-8", response as ServerResponse),
      onMaxParamLength: (_path, _request, response) =>
        refuseUrl(
          `longer than the limit of ${URL_PARAMETER_LENGTH_MAX} characters in one part`,
          response as ServerResponse,
        ),
    },
    // Told below, with a time to come again.
    return503OnClosing: false,
    forceCloseConnections: "idle",
  });
  const { interception } = ports;
  if (interception !== undefined) server.addHook("onRoute", ({ url }) => interception.noteRoute(url));
  server.decorateRequest("databaseVersion", undefined);
  server.decorateRequest("requestPorts", undefined);
  server.decorateRequest("presented", undefined);
  server.decorateRequest("admitted", undefined);
  server.decorateRequest("accountActor", undefined);
  server.decorateRequest("frame", undefined);
  server.decorateRequest("notes", null as unknown as Record<string, unknown>);
  // Without promises: each would be a step more of every request.
  server.addHook("onRequest", (request, reply, done) => {
    request.notes = {};
    reply.header("x-request-id", request.id);
    reply.header("x-content-type-options", "nosniff");
    // Recorded, with more: what one caller is answered is no answer for another.
    reply.header("vary", "Authorization");
    if (!answerCors(request, reply)) done();
  });
  server.addHook("preParsing", (request, reply, payload, done) => {
    // RFC 9110, section 10.1.1: the client waits for this before it sends a body. By now it has been let in.
    if (request.headers.expect?.toLowerCase() === "100-continue") reply.raw.writeContinue();
    done(null, payload);
  });
  const note = (request: FastifyRequest, reply: FastifyReply) => {
    logRequest(ports, request, reply);
    ports.interception?.observe(request.raw, {
      route: request.routeOptions.url ?? "none",
      notes: request.notes,
    });
  };
  server.addHook("onSend", (request, reply, payload, done) => {
    if (reply.statusCode === 503 && !reply.hasHeader("retry-after"))
      reply.header("retry-after", String(RETRY_AFTER_SECONDS));
    logIfCut(ports, { request, reply, payload }, () => note(request, reply));
    done();
  });
  server.addHook("onResponse", (request, reply, done) => {
    note(request, reply);
    done();
  });
  return server;
}

function noSchemas(): never {
  throw new Error("bodies are read by their own reader, not by Fastify's");
}

/** What the router refuses has no route yet, so the answer is written by hand. */
function refuseUrl(problem: string, response: ServerResponse): void {
  const failure = new Failure("invalid-input", `Bad request: the URL is ${problem}`, {
    fields: { url: [problem] },
  });
  response.writeHead(statusOf(failure), { "content-type": "application/json; charset=utf-8" });
  response.end(JSON.stringify(errorBody(failure)));
}
