import {
  type ClientRequest,
  request as httpRequest,
  type IncomingMessage,
  type RequestOptions,
  type ServerResponse,
} from "node:http";
import { request as httpsRequest } from "node:https";
import { isIP } from "node:net";
import { pipeline } from "node:stream";
import { connect as connectTls } from "node:tls";
import { connectOnward, type UpstreamProxy } from "./connect-onward.ts";

const ANSWER_MS_MAX = 600_000;

/** RFC 9110, section 7.6.1, and the proxy's own: for this connection alone. */
const OF_CONNECTION = new Set([
  "connection",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

/** What the next host reads a message by: a header Connection that names them does not take them away. */
const OF_MESSAGE = new Set(["content-length", "host"]);

/** Sends a request in absolute form on to the host that it names, and its answer back. */
export function forward(
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
  upstream: UpstreamProxy | undefined,
): void {
  void open(request, url, upstream).then(
    (onward) => {
      onward.once("response", (answer) => {
        response.writeHead(answer.statusCode ?? 502, headersToPass(answer));
        pipeline(answer, response, () => {});
      });
      response.once("close", () => onward.destroy());
      pipeline(request, onward, (error) => {
        if (error) fail(response, error);
      });
      onward.on("error", (error) => fail(response, error));
    },
    (error: Error) => fail(response, error),
  );
}

async function open(
  request: IncomingMessage,
  url: URL,
  upstream: UpstreamProxy | undefined,
): Promise<ClientRequest> {
  const isEncrypted = url.protocol === "https:";
  const host = url.hostname.replace(/^\[|\]$/g, "");
  const port = url.port === "" ? (isEncrypted ? 443 : 80) : Number(url.port);
  const socket = await connectOnward({ host, port }, upstream);
  // No agent: it would open a connection of its own. What a proxy reached by CONNECT gives is a connection to the host, so the target is in origin form.
  const options: RequestOptions = {
    method: request.method ?? "GET",
    path: `${url.pathname}${url.search}`,
    headers: {
      ...headersToPass(request),
      // Node leaves it out for methods that seldom have a body, whose bytes would then be taken for the next request.
      ...(request.headers["transfer-encoding"] === undefined ? {} : { "transfer-encoding": "chunked" }),
      host: url.host,
    },
    timeout: ANSWER_MS_MAX,
  };
  // RFC 6066, section 3: an address is no server name.
  const name = isIP(host) === 0 ? { servername: host } : {};
  return isEncrypted
    ? httpsRequest({ ...options, createConnection: () => connectTls({ socket, host, ...name }) })
    : httpRequest({ ...options, createConnection: () => socket });
}

/** Names in lower case. Those that the header Connection names are of this connection too. */
function headersToPass({ headers }: IncomingMessage): NodeJS.Dict<string | string[]> {
  const named = new Set((headers.connection ?? "").toLowerCase().split(/[\s,]+/));
  return Object.fromEntries(
    Object.entries(headers).filter(
      ([name]) => OF_MESSAGE.has(name) || (!OF_CONNECTION.has(name) && !named.has(name)),
    ),
  );
}

function fail(response: ServerResponse, error: Error): void {
  if (response.headersSent) return void response.destroy();
  response.writeHead(502, { "content-type": "text/plain; charset=utf-8", connection: "close" });
  response.end(`${error.message}\n`);
}
