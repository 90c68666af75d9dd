import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { after } from "node:test";

export type ReceivedDelivery = {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  // biome-ignore lint/suspicious/noExplicitAny: payloads are looked into as receivers do.
  readonly json: any;
};

/** What a target does with a delivery: answers a status, answers a redirect, or never answers. */
export type TargetAnswer = number | "hang" | { readonly location: string };

/** Stands for the targets of webhooks, each a path of its own on one port of the loopback address. */
export type WebhookReceiver = {
  readonly port: number;
  readonly url: (path: string) => string;
  /** In the order in which they came. */
  received(path: string): readonly ReceivedDelivery[];
  /** What the next deliveries to the path get, one after another; 200 after these. */
  answer(path: string, ...answers: readonly TargetAnswer[]): void;
  /** The first `count` deliveries to the path, once they are there. */
  take(path: string, count: number): Promise<readonly ReceivedDelivery[]>;
};

const WAIT_MS_MAX = 120_000;

/** Closed after the tests of the file. */
export async function openWebhookReceiver(): Promise<WebhookReceiver> {
  const all: ReceivedDelivery[] = [];
  const answers = new Map<string, TargetAnswer[]>();
  const listeners = new Set<() => void>();
  const server = createServer(async (request, response) => {
    const parts: Buffer[] = [];
    try {
      for await (const part of request) parts.push(part as Buffer);
    } catch {
      return;
    }
    const path = request.url ?? "";
    const body = Buffer.concat(parts).toString();
    all.push({ path, headers: request.headers, body, json: JSON.parse(body) });
    const answer = answers.get(path)?.shift() ?? 200;
    if (typeof answer === "number") response.writeHead(answer).end();
    else if (answer !== "hang") response.writeHead(302, { location: answer.location }).end();
    for (const listener of listeners) listener();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  after(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const received = (path: string) => all.filter((delivery) => delivery.path === path);
  return {
    port,
    url: (path) => `http://127.0.0.1:${port}${path}`,
    received,
    answer: (path, ...next) => void answers.set(path, [...next]),
    take(path, count) {
      return new Promise((resolve, reject) => {
        const stop = () => {
          clearTimeout(late);
          listeners.delete(look);
        };
        const late = setTimeout(() => {
          stop();
          reject(new Error(`${path} got ${received(path).length} deliveries of ${count}`));
        }, WAIT_MS_MAX);
        const look = () => {
          const found = received(path);
          if (found.length < count) return;
          stop();
          resolve(found.slice(0, count));
        };
        listeners.add(look);
        look();
      });
    },
  };
}
