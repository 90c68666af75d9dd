import { createHmac } from "node:crypto";
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { after } from "node:test";
import { type Claims, writeJsonWebToken } from "../../../src/connect/json-web-token.ts";
import { type CanonicalRequest, queryStringHash } from "../../../src/connect/query-string-hash.ts";
import { Secret } from "../../../src/model/secret.ts";

export type AppRequest = {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  // biome-ignore lint/suspicious/noExplicitAny: bodies are looked into as apps do.
  readonly json: any;
};

/** What an app answers a path with: a status, a body, a redirect, or nothing ever. */
export type AppAnswer = number | "hang" | { readonly location: string } | { readonly text: string };

/** Stands for an app on the loopback address, below `/app` of its host. */
export type ConnectApp = {
  readonly port: number;
  readonly baseUrl: string;
  readonly descriptorUrl: string;
  /** What it says of itself. May be changed. */
  descriptor: Record<string, unknown>;
  /** The requests to a path, without the query, in their order. */
  received(path: string): readonly AppRequest[];
  /** The first `count` requests to a path, once they are there. */
  take(path: string, count: number): Promise<readonly AppRequest[]>;
  /** What the path answers from now on. Undefined: 200, or the descriptor. */
  answer(path: string, answer: AppAnswer | undefined): void;
};

const WAIT_MS_MAX = 120_000;

/** Closed after the tests of the file. */
export async function openConnectApp(more: Record<string, unknown> = {}): Promise<ConnectApp> {
  const all: AppRequest[] = [];
  const answers = new Map<string, AppAnswer>();
  const listeners = new Set<() => void>();
  const server = createServer(async (request, response) => {
    const parts: Buffer[] = [];
    try {
      for await (const part of request) parts.push(part as Buffer);
    } catch {
      return;
    }
    const text = Buffer.concat(parts).toString();
    const path = (request.url ?? "").split("?")[0]!;
    const { method = "", headers } = request;
    all.push({ method, path: request.url ?? "", headers, json: text === "" ? undefined : JSON.parse(text) });
    const answer = answers.get(path);
    if (answer === undefined)
      response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(app.descriptor));
    else if (typeof answer === "number") response.writeHead(answer).end();
    else if (answer !== "hang" && "location" in answer)
      response.writeHead(302, { location: answer.location }).end();
    else if (answer !== "hang") response.writeHead(200).end(answer.text);
    for (const listener of listeners) listener();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  after(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const baseUrl = `http://127.0.0.1:${port}/app`;
  const received = (path: string) => all.filter((each) => each.path.split("?")[0] === path);
  const app: ConnectApp = {
    port,
    baseUrl,
    descriptorUrl: `${baseUrl}/atlassian-connect.json`,
    descriptor: {
      key: "test-app",
      name: "Test App",
      description: "For tests",
      baseUrl,
      authentication: { type: "jwt" },
      lifecycle: { installed: "/installed", uninstalled: "/uninstalled" },
      scopes: ["account", "repository:write", "pullrequest:write", "webhook"],
      contexts: ["account"],
      modules: { webhooks: [{ event: "*", url: "/webhook" }] },
      ...more,
    },
    received,
    answer(path, answer) {
      if (answer === undefined) answers.delete(path);
      else answers.set(path, answer);
    },
    take(path, count) {
      return new Promise((resolve, reject) => {
        const stop = () => {
          clearTimeout(late);
          listeners.delete(look);
        };
        const late = setTimeout(() => {
          stop();
          reject(new Error(`${path} got ${received(path).length} requests of ${count}`));
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
  return app;
}

/** What an app knows of one installation. */
export type AppCredentials = {
  readonly key: string;
  readonly clientKey: string;
  readonly sharedSecret: string;
};

/** The header with which an app calls, with other claims if they are given; undefined ones are left out. */
export function appAuthorization(
  { key, clientKey, sharedSecret }: AppCredentials,
  request: CanonicalRequest | undefined,
  more: Claims = {},
): string {
  const iat = Math.floor(Date.now() / 1_000);
  const claims = {
    iss: key,
    sub: clientKey,
    iat,
    exp: iat + 180,
    qsh: request && queryStringHash(request),
    ...more,
  };
  return `JWT ${writeJsonWebToken(claims, new Secret(sharedSecret))}`;
}

/** A token with any header, signed with HMAC-SHA-256 all the same. */
export function tokenWithHeader(header: object, claims: Claims, key: string | Buffer): string {
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const signed = `${encode(header)}.${encode(claims)}`;
  return `${signed}.${createHmac("sha256", key).update(signed).digest("base64url")}`;
}
