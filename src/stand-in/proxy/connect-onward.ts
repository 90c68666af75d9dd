import { request } from "node:http";
import { connect, type Socket } from "node:net";
import { type HostAndPort, writeHostAndPort } from "./host-and-port.ts";

const CONNECT_MS_MAX = 30_000;

/** A proxy that leads out of the network, as the environment of `pail run` names it. */
export type UpstreamProxy = {
  readonly url: URL;
  /** Hosts that are reached without it. */
  reaches(host: string): boolean;
};

/** Opens a connection to another host. @throws what the network, or the proxy on the way, has against it. */
export function connectOnward(target: HostAndPort, upstream: UpstreamProxy | undefined): Promise<Socket> {
  return upstream?.reaches(target.host) === true
    ? connectThrough(target, upstream.url)
    : connectDirectly(target);
}

function connectDirectly(target: HostAndPort): Promise<Socket> {
  const { promise, resolve, reject } = Promise.withResolvers<Socket>();
  const socket = connect({ ...target, timeout: CONNECT_MS_MAX });
  const timeout = () => socket.destroy(new Error("no answer in time"));
  socket.once("timeout", timeout).once("error", reject);
  socket.once("connect", () => {
    socket.off("timeout", timeout).off("error", reject).setTimeout(0);
    resolve(socket);
  });
  return promise;
}

function connectThrough(target: HostAndPort, { hostname, port, username, password }: URL): Promise<Socket> {
  const { promise, resolve, reject } = Promise.withResolvers<Socket>();
  const credential = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  const path = writeHostAndPort(target);
  const asked = request({
    host: hostname.replace(/^\[|\]$/g, ""),
    port: port === "" ? 80 : Number(port),
    method: "CONNECT",
    path,
    agent: false,
    timeout: CONNECT_MS_MAX,
    headers: {
      host: path,
      ...(credential === ":"
        ? {}
        : { "proxy-authorization": `Basic ${Buffer.from(credential).toString("base64")}` }),
    },
  });
  asked.once("timeout", () => asked.destroy(new Error("the next proxy gives no answer in time")));
  asked.once("error", reject);
  asked.once("response", ({ statusCode }) => {
    asked.destroy();
    reject(new Error(`the next proxy answers ${statusCode}`));
  });
  asked.once("connect", ({ statusCode }, socket: Socket, head: Buffer) => {
    if (statusCode !== 200) {
      socket.destroy();
      return reject(new Error(`the next proxy answers ${statusCode}`));
    }
    if (head.length > 0) socket.unshift(head);
    socket.setTimeout(0);
    resolve(socket);
  });
  asked.end();
  return promise;
}
