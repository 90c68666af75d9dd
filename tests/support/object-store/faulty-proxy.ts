import { once } from "node:events";
import { Agent, createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import { Readable, Transform } from "node:stream";
import { buffer } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";

/** What goes wrong with one request on its way to a store or back. */
export type StoreFault =
  /** The store is not asked. */
  | { readonly kind: "status"; readonly status: number; readonly code?: string }
  /** An error that is no store's, as a proxy in between has them. */
  | { readonly kind: "page"; readonly status: number }
  /** Nothing comes, for as long as the client waits. */
  | { readonly kind: "hang" }
  /** The connection is reset before the request has arrived. */
  | { readonly kind: "cut-request" }
  /** The store does what is asked, and its answer is lost. */
  | { readonly kind: "lose-answer" }
  /** The connection is reset after so many bytes of the answer's body, which has announced all of them. */
  | { readonly kind: "cut-answer"; readonly afterBytes: number }
  /** Nothing comes after so many bytes of the answer's body. */
  | { readonly kind: "stall-answer"; readonly afterBytes: number }
  /** The answer ends after so many bytes and says that this is all. */
  | { readonly kind: "shorten-answer"; readonly toBytes: number }
  /** The first byte of the answer's body is another one. */
  | { readonly kind: "spoil-answer" }
  /** The first byte of the request's body is another one. */
  | { readonly kind: "spoil-request" }
  | { readonly kind: "delay"; readonly ms: number }
  /** The request arrives, and once more later. */
  | { readonly kind: "repeat"; readonly afterMs: number };

export type ProxiedRequest = {
  readonly method: string;
  /** Of the URL: bucket and key, decoded. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage["headers"];
};

export type FaultyProxy = {
  /** Its URL, to be used in place of the store's. */
  readonly endpoint: string;
  /** All requests that have come, in their order. */
  readonly requests: readonly ProxiedRequest[];
  /** Decides what happens to each request from now on. Undefined: nothing. */
  decide(fault: (request: ProxiedRequest) => StoreFault | undefined): void;
  /** What happens to the next requests that fit, one each; all others pass. */
  plan(faults: readonly StoreFault[], fits?: (request: ProxiedRequest) => boolean): void;
  /** How many are open to it. */
  connections(): Promise<number>;
  /** Waits until what is sent later has been. */
  settle(): Promise<void>;
  /** Cuts off whatever is connected. */
  close(): Promise<void>;
};

/** Stands before a store on loopback. Requests pass as they are, with their signatures, which are of its own host name. */
export async function openFaultyProxy(storeEndpoint: string): Promise<FaultyProxy> {
  const agent = new Agent({ keepAlive: true });
  const requests: ProxiedRequest[] = [];
  const later: Promise<unknown>[] = [];
  let decide: (request: ProxiedRequest) => StoreFault | undefined = () => undefined;

  const server = createServer((incoming, outgoing) => {
    const url = new URL(incoming.url!, storeEndpoint);
    const asked: ProxiedRequest = {
      method: incoming.method!,
      path: decodeURIComponent(url.pathname),
      query: url.searchParams,
      headers: incoming.headers,
    };
    requests.push(asked);
    // Who is cut off, or has gone, needs no answer.
    passOn({ incoming, outgoing, url, agent, later }, decide(asked)).catch(() => outgoing.destroy());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  return {
    endpoint: `http://127.0.0.1:${port}`,
    requests,
    decide(next) {
      decide = next;
    },
    plan(faults, fits = () => true) {
      const left = [...faults];
      decide = (asked) => (fits(asked) ? left.shift() : undefined);
    },
    connections: promisify(server.getConnections.bind(server)),
    async settle() {
      await Promise.all(later);
    },
    async close() {
      server.close();
      server.closeAllConnections();
      agent.destroy();
      await Promise.allSettled(later);
    },
  };
}

type Exchange = {
  readonly incoming: IncomingMessage;
  readonly outgoing: ServerResponse;
  readonly url: URL;
  readonly agent: Agent;
  /** What goes on when the exchange has ended. */
  readonly later: Promise<unknown>[];
};

async function passOn(exchange: Exchange, fault: StoreFault | undefined): Promise<void> {
  const { incoming, outgoing, later } = exchange;
  switch (fault?.kind) {
    case undefined:
      return answer(exchange, await forward(exchange, incoming));
    case "status":
    case "page":
      incoming.resume();
      await once(incoming, "end");
      outgoing.writeHead(fault.status).end(fault.kind === "page" ? "<h1>Oops</h1>" : errorOf(fault.code));
      return;
    case "hang":
      incoming.resume();
      return;
    case "cut-request":
      incoming.socket.resetAndDestroy();
      return;
    case "lose-answer": {
      const lost = await forward(exchange, incoming);
      lost.resume();
      await once(lost, "end");
      incoming.socket.resetAndDestroy();
      return;
    }
    case "cut-answer":
      return answerPart(exchange, fault.afterBytes, () => incoming.socket.resetAndDestroy());
    case "stall-answer":
      return answerPart(exchange, fault.afterBytes, () => {});
    case "shorten-answer": {
      const { head, body } = await readAnswer(exchange);
      const part = body.subarray(0, fault.toBytes);
      outgoing.writeHead(head.statusCode!, { ...head.headers, "content-length": part.length }).end(part);
      return;
    }
    case "spoil-answer":
      return answer(exchange, await forward(exchange, incoming), spoilFirstByte());
    case "spoil-request":
      return answer(exchange, await forward(exchange, incoming.pipe(spoilFirstByte())));
    case "delay":
      await sleep(fault.ms);
      return answer(exchange, await forward(exchange, incoming));
    case "repeat": {
      const body = await buffer(incoming);
      const again = async () => {
        await sleep(fault.afterMs);
        const second = await forward(exchange, Readable.from([body]));
        await buffer(second);
      };
      later.push(again());
      return answer(exchange, await forward(exchange, Readable.from([body])));
    }
  }
}

async function forward({ incoming, url, agent }: Exchange, body: Readable): Promise<IncomingMessage> {
  const passed = request(url, { method: incoming.method!, headers: incoming.rawHeaders, agent });
  const answered = once(passed, "response");
  // A store may answer before it has the whole body.
  pipeline(body, passed).catch(() => passed.destroy());
  const [head] = (await answered) as [IncomingMessage];
  return head;
}

async function answer({ outgoing }: Exchange, head: IncomingMessage, change?: Transform): Promise<void> {
  outgoing.writeHead(head.statusCode!, head.rawHeaders);
  if (change === undefined) await pipeline(head, outgoing);
  else await pipeline(head, change, outgoing);
}

async function readAnswer(exchange: Exchange): Promise<{ head: IncomingMessage; body: Buffer }> {
  const head = await forward(exchange, exchange.incoming);
  return { head, body: await buffer(head) };
}

async function answerPart(exchange: Exchange, bytes: number, then: () => void): Promise<void> {
  const { head, body } = await readAnswer(exchange);
  exchange.outgoing.writeHead(head.statusCode!, head.rawHeaders);
  exchange.outgoing.flushHeaders();
  // It has arrived before the connection is cut.
  await new Promise((resolve) => exchange.outgoing.write(body.subarray(0, bytes), resolve));
  await sleep(20);
  then();
}

function spoilFirstByte(): Transform {
  let isSpoilt = false;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      const spoilt = Buffer.from(chunk);
      if (!isSpoilt && spoilt.length > 0) spoilt[0]! ^= 1;
      isSpoilt = true;
      done(null, spoilt);
    },
  });
}

function errorOf(code = "InternalError"): string {
  return `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>a fault of the test</Message></Error>`;
}
