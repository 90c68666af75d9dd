import { connect, type Socket } from "node:net";
import type { HttpRequest } from "./http-request.ts";

export type PackFetch = {
  /** Of the answer with its head and framing. */
  readonly bytes: number;
  readonly ms: number;
  /** From before the connection until the first byte of the pack, not of the answer's head or git's progress. */
  readonly firstPackByteMs: number;
};

/** A pack begins with this and its version, which is 2: gitformat-pack(5). Packets and HTTP chunks may end just before. */
const PACK_START = Buffer.from("PACK\0\0\0\x02", "latin1");
const HEAD_BYTES_MAX = 64 * 1024;
const READ_BUFFER_BYTES = 1024 * 1024;

type Reader = {
  readonly socket: Socket;
  /** Resolves when the answer has ended. */
  readonly ended: Promise<PackFetch>;
};

/**
 * Sends a fetch and throws the answer away as it comes, with as little work as Node allows, so that the server is what is
 * measured. The answer ends with the connection.
 */
export function openPackReader(
  request: HttpRequest,
  onBytes: (socket: Socket, length: number) => void,
): Reader {
  const url = new URL(request.url);
  const started = performance.now();
  const { promise, resolve, reject } = Promise.withResolvers<PackFetch>();
  let bytes = 0;
  let firstPackByteMs: number | undefined;
  let head = Buffer.alloc(0);
  const socket: Socket = connect({
    host: url.hostname,
    port: Number(url.port),
    onread: {
      buffer: Buffer.alloc(READ_BUFFER_BYTES),
      callback(length, buffer) {
        bytes += length;
        if (firstPackByteMs === undefined) {
          head = Buffer.concat([head, buffer.subarray(0, length)]);
          if (head.includes(PACK_START)) firstPackByteMs = performance.now() - started;
          else if (head.length > HEAD_BYTES_MAX) socket.destroy(wrongAnswer(request, head));
        }
        onBytes(socket, length);
        return true;
      },
    },
  });
  socket.on("connect", () => socket.write(writeRequest(url, request)));
  socket.on("error", reject);
  socket.on("close", () => {
    const isRight = head.subarray(0, 12).toString("latin1") === "HTTP/1.1 200";
    if (!isRight || firstPackByteMs === undefined) return reject(wrongAnswer(request, head));
    resolve({ bytes, ms: performance.now() - started, firstPackByteMs });
  });
  return { socket, ended: promise };
}

function wrongAnswer({ url }: HttpRequest, head: Buffer): Error {
  return new Error(`${url}: no pack in the answer: ${head.subarray(0, 300).toString("latin1")}`);
}

function writeRequest(url: URL, { headers = {}, method = "GET", body }: HttpRequest): Buffer {
  const lines = [
    `${method} ${url.pathname}${url.search} HTTP/1.1`,
    `host: ${url.host}`,
    "connection: close",
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    ...(body === undefined ? [] : [`content-length: ${body.length}`]),
  ];
  return Buffer.concat([Buffer.from(`${lines.join("\r\n")}\r\n\r\n`, "latin1"), body ?? Buffer.alloc(0)]);
}

/** @throws Error if fewer bytes come than the pack must have. */
export async function fetchPack(request: HttpRequest, bytesMin: number): Promise<PackFetch> {
  const fetched = await openPackReader(request, () => {}).ended;
  if (fetched.bytes < bytesMin)
    throw new Error(`${request.url}: the answer ends after ${fetched.bytes} bytes`);
  return fetched;
}

/** A client that reads so many bytes a second and no more, until it is stopped. */
export function openSlowReader(
  request: HttpRequest,
  bytesPerSecond: number,
): { bytes(): number; stop(): void } {
  let read = 0;
  let isStopped = false;
  const timers = new Set<NodeJS.Timeout>();
  const { socket, ended } = openPackReader(request, (from, length) => {
    read += length;
    from.pause();
    const timer = setTimeout(
      () => {
        timers.delete(timer);
        from.resume();
      },
      (length / bytesPerSecond) * 1000,
    );
    timers.add(timer);
  });
  let problem: unknown;
  ended.catch((error: unknown) => {
    if (!isStopped) problem = error;
  });
  return {
    bytes() {
      if (problem !== undefined) throw problem;
      return read;
    },
    stop() {
      isStopped = true;
      for (const timer of timers) clearTimeout(timer);
      socket.destroy();
    },
  };
}
