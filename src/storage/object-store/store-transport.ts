import {
  type ClientRequest,
  Agent as HttpAgent,
  request as httpRequest,
  type IncomingMessage,
} from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import type { Socket } from "node:net";
import { finished, Readable } from "node:stream";
import { type Patience, StoreBusyError } from "./store-attempts.ts";

/** Idle connections are closed before stores and proxies do so, as a rule. */
const IDLE_CONNECTION_MS = 15_000;
const IDLE_CONNECTIONS_MAX = 32;

export type StoreRequest = {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  /** Destroyed if it is not read to its end. */
  readonly body?: Readable | Uint8Array | string | undefined;
  /** Without a byte in either direction. That of the patience, unless the store has much to do. */
  readonly stallMs?: number;
  readonly signal?: AbortSignal | undefined;
};

/** Requests over connections that are kept. */
export type StoreTransport = {
  /**
   * Resolves with the answer's head, whatever its status. Its body fails with StoreBusyError if it is cut off, or does not
   * go on for `stallMs` although it is waited for.
   *
   * @throws StoreBusyError if there is no answer. What the request's own body fails with is thrown as it is.
   */
  send(request: StoreRequest): Promise<IncomingMessage>;
  /** Ends all connections. */
  close(): void;
};

export function openStoreTransport({
  connectMs,
  stallMs,
}: Pick<Patience, "connectMs" | "stallMs">): StoreTransport {
  const options = { keepAlive: true, maxFreeSockets: IDLE_CONNECTIONS_MAX, timeout: IDLE_CONNECTION_MS };
  const agents = { "http:": new HttpAgent(options), "https:": new HttpsAgent(options) };

  return {
    send({ method, url, headers, body, signal, stallMs: ownStallMs = stallMs }) {
      const isTls = url.protocol === "https:";
      const start = isTls ? httpsRequest : httpRequest;
      const outgoing = start(url, {
        method,
        headers,
        agent: isTls ? agents["https:"] : agents["http:"],
        ...(signal && { signal }),
      });
      limitTime(outgoing, { connectMs, stallMs: ownStallMs, connected: isTls ? "secureConnect" : "connect" });
      return untilAnswered(outgoing, body, signal);
    },
    close() {
      for (const agent of Object.values(agents)) agent.destroy();
    },
  };
}

function untilAnswered(
  outgoing: ClientRequest,
  body: StoreRequest["body"],
  signal: AbortSignal | undefined,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    let sourceError: Error | undefined;
    outgoing.on("error", (error) => reject(sourceError ?? signal?.reason ?? busyBecauseOf(error)));
    outgoing.once("response", (answer) => {
      // An answer before the end of the request: nobody reads the rest of it.
      answer.once("close", () => void (outgoing.writableFinished || outgoing.destroy()));
      resolve(answer);
    });
    if (!(body instanceof Readable)) {
      outgoing.end(body);
      return;
    }
    body.once("error", (error) => {
      sourceError = error;
      outgoing.destroy(error);
    });
    finished(outgoing, { readable: false }, () => body.destroy());
    body.pipe(outgoing);
  });
}

/** The socket's own timer is used, which any byte in either direction sets back. */
function limitTime(
  outgoing: ClientRequest,
  { connectMs, stallMs, connected }: { connectMs: number; stallMs: number; connected: string },
): void {
  let answer: IncomingMessage | undefined;
  outgoing.once("response", (incoming) => {
    answer = incoming;
  });
  outgoing.once("socket", (socket: Socket) => {
    const connecting = socket.connecting
      ? setTimeout(() => outgoing.destroy(new Error(`no connection within ${connectMs} ms`)), connectMs)
      : undefined;
    const clearConnecting = () => clearTimeout(connecting);
    let isReaderSlow = false;
    const endIfStalled = () => {
      // Bytes are there that nobody has taken: the reader is slow, and not the store, which then gets another while.
      const mayGoOn = isReaderSlow;
      isReaderSlow = answer !== undefined && answer.readableLength > 0;
      if (isReaderSlow || mayGoOn) {
        socket.setTimeout(stallMs);
        return;
      }
      const error = new StoreBusyError(`no byte for ${stallMs} ms`);
      answer?.destroy(error);
      outgoing.destroy(error);
    };
    socket.once(connected, clearConnecting);
    socket.setTimeout(stallMs);
    socket.on("timeout", endIfStalled);
    outgoing.once("close", () => {
      clearConnecting();
      socket.off(connected, clearConnecting);
      socket.off("timeout", endIfStalled);
    });
  });
}

/** Names what has happened to a connection. What Node says has addresses in it, and never a header or a query. */
export function busyBecauseOf(error: unknown): StoreBusyError {
  if (error instanceof StoreBusyError) return error;
  const { code, message } = error as Partial<Record<"code" | "message", string>>;
  return new StoreBusyError(
    code === undefined || message?.includes(code) ? String(message) : `${message} (${code})`,
  );
}
