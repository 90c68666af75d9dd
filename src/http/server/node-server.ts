import { randomUUID } from "node:crypto";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { API_PREFIX } from "../../config/public-base-urls.ts";
import { escapeBytes } from "../../model/byte-text.ts";
import { Failure } from "../../model/failure.ts";
import type { Ports } from "../../ports.ts";
import { errorBody, statusOf } from "./answer-failure.ts";
import { replayConnection, unfoldCredential } from "./folded-header.ts";
import { openHostGuard } from "./host-guard.ts";
import { type Objection, objectionTo } from "./objection.ts";
import { BITBUCKET_API_HOST, BITBUCKET_HOST, SCHEME_HEADER } from "./public-urls.ts";
import { readRequestTarget } from "./request-target.ts";
import { cutSlowBody, hasBody } from "./slow-body.ts";
import { connectionEventOf, createListener } from "./tls/create-listener.ts";

export const HEADER_BYTES_MAX = 32 * 1024;
const HEADERS_TIMEOUT_MS = 60_000;
/** Without a byte in either direction for this long a connection is dropped. A busy push gives a sign of life every 5 s. */
const IDLE_TIMEOUT_MS = 600_000;

/**
 * How long a client is told to wait if the server temporarily lacks something: a database that restarts is back by
 * then.
 */
export const RETRY_AFTER_SECONDS = 10;

/** The server of Node, with what is refused before Fastify sees it: each answer is written by hand. */
export function createNodeServer(
  ports: Pick<Ports, "config" | "log" | "clock" | "interception" | "stopping">,
  handler: (request: IncomingMessage, response: ServerResponse) => void,
): Server {
  const names = [BITBUCKET_HOST, BITBUCKET_API_HOST, ...ports.config.proxiedHosts];
  const objectionToHost = openHostGuard(ports.config);
  const responses = new WeakMap<Socket, Set<ServerResponse>>();
  const route = (request: IncomingMessage, response: ServerResponse) => {
    const { socket } = request;
    const open = responses.get(socket);
    if (open === undefined) responses.set(socket, new Set([response]));
    else {
      for (const earlier of open) if (earlier.closed) open.delete(earlier);
      open.add(response);
    }
    if (!server.listening) return answerStopping(response);
    // Its next request is to go to another server.
    if (ports.stopping.isStopping) response.shouldKeepAlive = false;
    const objection = objectionTo(request);
    if (objection !== undefined) return answerObjection(ports, objection, request, response);
    const target = readRequestTarget(request.url ?? "/", { names, port: request.socket.localPort });
    if (target.kind === "elsewhere") {
      const id = randomUUID();
      ports.log.info(
        { "request.id": id, status: 403, "failure.kind": "foreign-host" },
        "request for another host",
      );
      response.writeHead(403, { "content-type": "text/plain; charset=utf-8", "x-request-id": id });
      response.end(
        "This server stands in for Bitbucket and forwards nothing: the host is not one of its own\n",
      );
      return;
    }
    request.url = escapeBytes(target.pathAndQuery);
    if (target.host !== undefined) request.headers.host = target.host;
    noteScheme(request, target.scheme);
    const hostObjection = objectionToHost(request);
    if (hostObjection !== undefined) return answerObjection(ports, hostObjection, request, response);
    if (hasBody(request))
      cutSlowBody(request, response, () =>
        ports.log.info({ method: request.method, "failure.kind": "slow-body" }, "request cut"),
      );
    if (ports.interception === undefined) handler(request, response);
    else ports.interception.intercept(request, response, () => handler(request, response));
  };
  const server = createListener(
    ports,
    { maxHeaderSize: HEADER_BYTES_MAX, headersTimeout: HEADERS_TIMEOUT_MS, requestTimeout: 0 },
    route,
  );
  server.setTimeout(IDLE_TIMEOUT_MS);
  server.on("checkContinue", route);
  server.on("connect", (_request: IncomingMessage, socket: Duplex) => {
    // A client that disconnects resets the connection, and there is no other listener for the error at this point.
    socket.on("error", () => {});
    socket.end(
      "HTTP/1.1 403 Forbidden\r\ncontent-type: text/plain\r\nconnection: close\r\n\r\nThis server opens no tunnels\n",
    );
  });
  server.on("clientError", (error: ParseError, socket: Socket) => {
    // A handshake that failed: nothing can be said over it.
    if (
      ports.config.tls !== undefined &&
      error.code?.startsWith("HPE_") !== true &&
      error.code !== TOO_SLOW_CODE
    )
      return socket.destroy();
    // Only the first bytes of a connection are repaired: after other requests, or within a body, bytes that look like a
    // head may be data.
    const isFirst = error.rawPacket !== undefined && socket.bytesRead === error.rawPacket.length;
    const joined = isFirst ? unfoldCredential(error.rawPacket) : undefined;
    // An answer that has begun must not be interrupted by another one.
    const isAnswering = [...(responses.get(socket) ?? [])].some(
      (response) => response.headersSent && !response.closed,
    );
    if (isAnswering) socket.destroy();
    else if (joined === undefined) answerClientError(error, socket);
    else replayConnection(server, connectionEventOf(ports.config), socket, joined);
  });
  return server;
}

/** What a client asked for by https has links with https, whoever has decrypted the connection before it came here. */
function noteScheme({ headers, socket }: IncomingMessage, targetScheme: "http" | "https" | undefined): void {
  const isEncrypted = "encrypted" in socket && socket.encrypted === true;
  if (isEncrypted || targetScheme === "https") headers[SCHEME_HEADER] = "https";
}

/** For requests on an open connection while the server is closing. */
function answerStopping(response: ServerResponse): void {
  const failure = new Failure("unavailable", "The server is stopping: try again later");
  response.writeHead(statusOf(failure), {
    "content-type": "application/json; charset=utf-8",
    "retry-after": String(RETRY_AFTER_SECONDS),
    connection: "close",
  });
  response.end(JSON.stringify(errorBody(failure)));
}

/** JSON for requests to the API; otherwise text, which git shows to its user. */
function answerObjection(
  ports: Pick<Ports, "log">,
  { status, message }: Objection,
  { url = "" }: Pick<IncomingMessage, "url">,
  response: ServerResponse,
): void {
  const id = randomUUID();
  ports.log.info({ "request.id": id, status, "failure.message": message }, "request refused unread");
  const isOfApi = [`${API_PREFIX}/`, "/1.0/"].some((prefix) => url.startsWith(prefix));
  response.writeHead(status, {
    "content-type": isOfApi ? "application/json; charset=utf-8" : "text/plain; charset=utf-8",
    "x-request-id": id,
    connection: "close",
  });
  response.end(isOfApi ? JSON.stringify({ type: "error", error: { message } }) : `${message}\n`);
}

type ParseError = NodeJS.ErrnoException & { readonly rawPacket?: Buffer };

/** Of headers that take too long. */
const TOO_SLOW_CODE = "ERR_HTTP_REQUEST_TIMEOUT";

/** A request that Node's parser refuses has no request object, so the answer is written by hand. */
function answerClientError(error: ParseError, socket: Socket): void {
  if (!socket.writable) return;
  const [status, message] =
    error.code === "HPE_HEADER_OVERFLOW"
      ? [
          "431 Request Header Fields Too Large",
          `The headers are larger than the limit of ${HEADER_BYTES_MAX} bytes`,
        ]
      : error.code === TOO_SLOW_CODE
        ? ["408 Request Timeout", `The headers took longer than ${HEADERS_TIMEOUT_MS} ms`]
        : ["400 Bad Request", "Not an HTTP request"];
  const body = JSON.stringify({ type: "error", error: { message } });
  const head = `HTTP/1.1 ${status}\r\ncontent-type: application/json; charset=utf-8\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n`;
  if (!mayBeHead(error, socket)) socket.end(`${head}${body}`);
  else if (error.code === "HPE_HEADER_OVERFLOW")
    socket.end(`HTTP/1.1 ${status}\r\nconnection: close\r\n\r\n`);
  else socket.end(head);
}

/**
 * An answer to a HEAD has no body: RFC 9110, section 9.3.2. If the headers are longer than one read, the beginning with
 * the method is not available any more when they exceed the limit.
 */
function mayBeHead({ code, rawPacket }: ParseError, socket: Socket): boolean {
  const isFirst = rawPacket !== undefined && socket.bytesRead === rawPacket.length;
  if (!isFirst) return code === "HPE_HEADER_OVERFLOW";
  return rawPacket.toString("latin1", 0, 5) === "HEAD ";
}
