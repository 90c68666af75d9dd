import { timingSafeEqual } from "node:crypto";
import {
  createServer as createHttpServer,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from "node:http";
import { type AddressInfo, createServer as createNetServer, type Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import type { Secret } from "../../model/secret.ts";
import { connectOnward, type UpstreamProxy } from "./connect-onward.ts";
import { takeByFirstByte } from "./first-byte.ts";
import { forward } from "./forward.ts";
import { type HostAndPort, parseHostAndPort } from "./host-and-port.ts";
import type { RunCertificates } from "./run-certificates.ts";

export type ProxyOptions = {
  /** The server of Node that answers for the names. */
  readonly server: Server;
  /** Lower-case names and addresses that the server answers for. */
  readonly names: readonly string[];
  readonly certificates: Pick<RunCertificates, "certificate" | "key">;
  /** What opens the way to other hosts, with the user name `PROXY_USER`. */
  readonly password: Secret;
  /** Whether other hosts are refused, whoever asks. */
  readonly isOffline: boolean;
  /** Of the network that this machine is in. */
  readonly upstream: UpstreamProxy | undefined;
};

export type RunProxy = {
  readonly port: number;
  /** Other hosts that were asked for, each once, with their ports. */
  readonly otherHosts: ReadonlySet<string>;
  /** Takes no more connections, and cuts those that are open. */
  close(): Promise<void>;
};

export const PROXY_USER = "run";

const HEADER_BYTES_MAX = 32 * 1024;
const HEADERS_MS_MAX = 60_000;
const HANDSHAKE_MS_MAX = 30_000;
/** Without a byte in either direction: as long as the server itself waits. */
const IDLE_MS_MAX = 600_000;
const CONNECTIONS_MAX = 1_024;
const OTHER_HOSTS_MAX = 1_000;

/**
 * An HTTP proxy on a loopback port. For the names it is the server, with TLS and without, and nobody is asked for a credential. It
 * connects to other hosts for who knows the password. Clients that are told to take its port for that of the names need no
 * `CONNECT`.
 */
export async function openRunProxy(options: ProxyOptions): Promise<RunProxy> {
  const { server, names, certificates } = options;
  const open = new Set<Socket>();
  const otherHosts = new Set<string>();
  const note = (host: string) => {
    if (otherHosts.size < OTHER_HOSTS_MAX) otherHosts.add(host);
  };
  const isOwn = (host: string) => names.includes(host);

  const tls = createTlsServer({
    cert: certificates.certificate,
    key: certificates.key,
    ALPNProtocols: ["http/1.1"],
    handshakeTimeout: HANDSHAKE_MS_MAX,
  });
  tls.on("secureConnection", (socket) => server.emit("connection", socket));
  tls.on("tlsClientError", (_error, socket) => socket.destroy());

  const proxy = createHttpServer({
    maxHeaderSize: HEADER_BYTES_MAX,
    headersTimeout: HEADERS_MS_MAX,
    requestTimeout: 0,
  });
  proxy.setTimeout(IDLE_MS_MAX);
  const answer =
    (event: "request" | "checkContinue") => (request: IncomingMessage, response: ServerResponse) => {
      const other = otherHostOf(request.url ?? "/", isOwn);
      if (other === undefined) return server.emit(event, request, response);
      note(other.host);
      const refusal = refusalOf(request, options);
      if (refusal !== undefined) return refuse(response, refusal);
      if (event === "checkContinue") response.writeContinue();
      return forward(request, response, other, options.upstream);
    };
  proxy.on("request", answer("request"));
  proxy.on("checkContinue", answer("checkContinue"));
  proxy.on("connect", (request: IncomingMessage, socket: Socket, head: Buffer) => {
    void answerConnect(request, socket, head).catch(() => socket.destroy());
  });

  async function answerConnect(request: IncomingMessage, socket: Socket, head: Buffer): Promise<void> {
    socket.on("error", () => socket.destroy());
    const target = parseHostAndPort(request.url ?? "");
    if (target === undefined) return refuseConnect(socket, { status: 400, text: "not a host and a port" });
    if (isOwn(target.host)) {
      socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
      if (head.length > 0) socket.unshift(head);
      return takeNew(socket, (plain) => server.emit("connection", plain));
    }
    note(request.url!.toLowerCase());
    const refusal = refusalOf(request, options);
    if (refusal !== undefined) return refuseConnect(socket, refusal);
    await tunnel(target, socket, head);
  }

  async function tunnel(target: HostAndPort, socket: Socket, head: Buffer): Promise<void> {
    let onward: Socket;
    try {
      onward = await connectOnward(target, options.upstream);
    } catch (error) {
      return refuseConnect(socket, { status: 502, text: error instanceof Error ? error.message : "failed" });
    }
    // A connection from this proxy to itself could go on to itself.
    if (onward.remotePort === port && onward.remoteAddress === onward.localAddress) {
      onward.destroy();
      return refuseConnect(socket, { status: 403, text: "the proxy itself" });
    }
    open.add(onward);
    onward.once("close", () => {
      open.delete(onward);
      socket.destroy();
    });
    socket.once("close", () => onward.destroy());
    for (const [one, end] of [
      [socket, onward],
      [onward, socket],
    ] as const) {
      one.removeAllListeners("timeout").setTimeout(IDLE_MS_MAX, () => one.destroy());
      one.on("error", () => end.destroy());
    }
    if (!socket.writable) return void onward.destroy();
    socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
    if (head.length > 0) socket.unshift(head);
    socket.pipe(onward);
    onward.pipe(socket);
  }

  function takeNew(socket: Socket, plain: (socket: Socket) => void): void {
    socket.removeAllListeners("timeout").setTimeout(HANDSHAKE_MS_MAX, () => socket.destroy());
    const take = (next: (socket: Socket) => void) => (taken: Socket) => {
      // Whoever takes it has a limit of its own, and TLS moves its bytes past this one's.
      taken.removeAllListeners("timeout").setTimeout(0);
      next(taken);
    };
    takeByFirstByte(socket, { tls: take((taken) => tls.emit("connection", taken)), plain: take(plain) });
  }

  const listener = createNetServer((socket) => {
    open.add(socket);
    socket.once("close", () => open.delete(socket)).on("error", () => socket.destroy());
    takeNew(socket, (plain) => proxy.emit("connection", plain));
  });
  listener.maxConnections = CONNECTIONS_MAX;
  const { promise: listening, resolve, reject } = Promise.withResolvers<void>();
  listener.once("error", reject).listen(0, "127.0.0.1", resolve);
  await listening;
  const { port } = listener.address() as AddressInfo;
  return {
    port,
    otherHosts,
    async close() {
      const closed = new Promise((ended) => listener.close(ended));
      for (const socket of open) socket.destroy();
      await closed;
    },
  };
}

/** Of a request in absolute form for a host that is not the server's. Undefined: the server reads it, and refuses what is nothing. */
function otherHostOf(target: string, isOwn: (host: string) => boolean): URL | undefined {
  const url = /^https?:\/\//i.test(target) ? URL.parse(target) : null;
  return url === null || isOwn(url.hostname.replace(/^\[|\]$|\.$/g, "")) ? undefined : url;
}

type Refusal = { readonly status: 400 | 403 | 407 | 502; readonly text: string };

function refusalOf(
  { headers }: IncomingMessage,
  { password, isOffline }: Pick<ProxyOptions, "password" | "isOffline">,
): Refusal | undefined {
  if (isOffline) return { status: 403, text: "pail run --offline leads to no other hosts" };
  return isCredential(headers["proxy-authorization"], password)
    ? undefined
    : { status: 407, text: "other hosts are for the command of pail run, which has the credential" };
}

function isCredential(header: string | undefined, password: Secret): boolean {
  const [, sent] = /^Basic +([A-Za-z0-9+/=]+)$/i.exec(header ?? "") ?? [];
  if (sent === undefined) return false;
  const [given, wanted] = [Buffer.from(sent, "base64"), Buffer.from(`${PROXY_USER}:${password.reveal()}`)];
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}

const PHRASES = {
  400: "Bad Request",
  403: "Forbidden",
  407: "Proxy Authentication Required",
  502: "Bad Gateway",
};
const CHALLENGE = 'Basic realm="pail run"';

function refuse(response: ServerResponse, { status, text }: Refusal): void {
  response.writeHead(status, {
    "content-type": "text/plain; charset=utf-8",
    ...(status === 407 ? { "proxy-authenticate": CHALLENGE } : {}),
    connection: "close",
  });
  response.end(`${text}\n`);
}

function refuseConnect(socket: Socket, { status, text }: Refusal): void {
  const body = `${text}\n`;
  const challenge = status === 407 ? `proxy-authenticate: ${CHALLENGE}\r\n` : "";
  socket.end(
    `HTTP/1.1 ${status} ${PHRASES[status]}\r\ncontent-type: text/plain; charset=utf-8\r\n${challenge}content-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  );
}
