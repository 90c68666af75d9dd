import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { basic, type HttpAnswer, sendRequest } from "../support/clients/http-request.ts";
import { STATIC_USERNAME } from "../support/git/hosted-repository.ts";
import type { PailServer } from "../support/server/pail-server.ts";

/** Longer than any answer here takes; reached only when the server hangs. */
const ANSWER_MS_MAX = 120_000;

/** A client that keeps no rule of HTTP: it writes what it wants, when it wants. */
export interface RawConnection {
  readonly socket: Socket;
  /** What the server has said until now, a character a byte. */
  received(): string;
  /** @throws Error with what was received if `isEnough` does not hold within ten seconds. */
  waitFor(what: string, isEnough: (received: string) => boolean): Promise<string>;
  /** Waits until the server has closed the connection, and returns all that it said. */
  waitForEnd(): Promise<string>;
  /** Resolves when the operating system has the bytes. */
  write(bytes: Uint8Array | string): Promise<void>;
  /** Breaks the connection off, without a goodbye. */
  hangUp(): void;
}

export async function openConnection(origin: string): Promise<RawConnection> {
  const { hostname, port } = new URL(origin);
  const socket = connect({ port: Number(port), host: hostname, noDelay: true });
  let received = "";
  let isClosed = false;
  const watchers = new Set<() => void>();
  const tell = () => {
    for (const watcher of watchers) watcher();
  };
  socket.on("data", (part: Buffer) => {
    received += part.toString("latin1");
    tell();
  });
  // A server that refuses early may reset what is still being written: what it said before is what counts.
  socket.on("error", () => {});
  socket.on("close", () => {
    isClosed = true;
    tell();
  });
  await once(socket, "connect");
  const waitUntil = (what: string, isDone: () => boolean) => {
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    const look = () => isDone() && resolve(received);
    const timer = setTimeout(() => {
      reject(new Error(`waited ${ANSWER_MS_MAX} ms until ${what}; received: ${received.slice(0, 500)}`));
      socket.destroy();
    }, ANSWER_MS_MAX);
    watchers.add(look);
    look();
    return promise.finally(() => {
      clearTimeout(timer);
      watchers.delete(look);
    });
  };
  return {
    socket,
    received: () => received,
    waitFor: (what, isEnough) => waitUntil(what, () => isEnough(received) || isClosed),
    waitForEnd: () => waitUntil("the server closes the connection", () => isClosed),
    write(bytes) {
      const { promise, resolve } = Promise.withResolvers<void>();
      socket.write(bytes, () => resolve());
      return promise;
    },
    hangUp: () => void socket.resetAndDestroy(),
  };
}

/** Sends bytes as they are and returns all that comes back until the server closes. They must ask it to close. */
export async function exchange(origin: string, bytes: Uint8Array | string): Promise<string> {
  const connection = await openConnection(origin);
  connection.socket.write(bytes);
  return connection.waitForEnd();
}

/** The status of each answer in what a connection brought. */
export function statusesOf(received: string): readonly number[] {
  return [...received.matchAll(/^HTTP\/1\.1 (\d{3}) /gm)].map(([, status]) => Number(status));
}

export function requestHead(
  method: string,
  target: string,
  headers: Readonly<Record<string, string>> = {},
): string {
  const lines = Object.entries({ Host: "127.0.0.1", ...headers }).map(
    ([name, value]) => `${name}: ${value}\r\n`,
  );
  return `${method} ${target} HTTP/1.1\r\n${lines.join("")}\r\n`;
}

export type GitService = "git-upload-pack" | "git-receive-pack";

/** The headers of a POST to a service, with the demo account's token of all scopes. */
export function serviceHeaders(
  pail: PailServer,
  service: GitService,
  token: string = pail.credentials.token,
): Record<string, string> {
  return {
    Authorization: basic(STATIC_USERNAME, token),
    "Content-Type": `application/x-${service}-request`,
  };
}

/** `path` is that of a repository, with `.git`. */
export function callService(
  pail: PailServer,
  service: GitService,
  path: string,
  body: Uint8Array,
  headers: Readonly<Record<string, string>> = {},
): Promise<HttpAnswer> {
  return sendRequest(pail.credentials.url, `${path}/${service}`, {
    method: "POST",
    headers: { ...serviceHeaders(pail, service), ...headers },
    body,
  });
}

export function restAuthorization(pail: PailServer): string {
  return basic(pail.credentials.email, pail.credentials.token);
}

const FAULTS_SHOWN_MAX = 3;

/** The first lines of the log, from `start` characters on, in which the server says that the fault is its own. */
export function serverFaults(pail: PailServer, start = 0): readonly string[] {
  return pail
    .logText()
    .slice(start)
    .split("\n")
    .filter((line) => line !== "" && (!line.startsWith("{") || line.includes('"level":"error"')))
    .slice(0, FAULTS_SHOWN_MAX);
}
