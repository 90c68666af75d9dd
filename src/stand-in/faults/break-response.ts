import type { OutgoingHttpHeader, OutgoingHttpHeaders, ServerResponse } from "node:http";
import type { FaultEffect } from "./fault.ts";

type Chunk = string | Uint8Array;
type Written = (error?: Error | null) => void;

/** Makes what is sent from now on end too early. */
export function breakResponse(response: ServerResponse, { cutOff, isTruncated }: FaultEffect): void {
  if (isTruncated) truncate(response);
  if (cutOff === "headers") cutAfterBytes(response, 0);
  else if (typeof cutOff === "number") cutAfterBytes(response, cutOff);
}

/** The headers promise the whole body. */
function cutAfterBytes(response: ServerResponse, bytesMax: number): void {
  const write = response.write.bind(response) as (chunk: Chunk, done?: Written) => boolean;
  const end = response.end.bind(response) as (chunk?: Chunk) => ServerResponse;
  let left = bytesMax;
  let isCut = false;

  /** @returns whether the chunk is beyond the limit, and was cut. */
  function cut(chunk: Buffer): boolean {
    if (chunk.length <= left) {
      left -= chunk.length;
      return false;
    }
    isCut = true;
    const close = () => response.socket?.destroy();
    if (left > 0) write(chunk.subarray(0, left), close);
    else {
      response.flushHeaders();
      // Once they have gone.
      setImmediate(close);
    }
    return true;
  }

  Object.assign(response, {
    write(chunk: Chunk, encoding?: BufferEncoding | Written, done?: Written) {
      const bytes = toBuffer(chunk, encoding);
      if (isCut || cut(bytes)) return true;
      return write(bytes, doneOf(encoding, done));
    },
    end(chunk?: Chunk | Written | null, encoding?: BufferEncoding | Written) {
      if (isCut) return response;
      if (chunk === undefined || chunk === null || typeof chunk === "function") return end();
      const bytes = toBuffer(chunk, encoding);
      return cut(bytes) ? response : end(bytes);
    },
  });
}

/** The headers are held back until it is known how much of the body there will be. */
function truncate(response: ServerResponse): void {
  const writeHead = response.writeHead.bind(response) as (
    status: number,
    headers: OutgoingHttpHeaders,
  ) => ServerResponse;
  const end = response.end.bind(response) as (chunk?: Chunk) => ServerResponse;
  let head: { readonly status: number; readonly headers: OutgoingHttpHeaders } | undefined;
  let isEnded = false;

  function endWithHalf(chunk: Buffer | undefined): ServerResponse {
    isEnded = true;
    const half = chunk?.subarray(0, chunk.length >> 1);
    const length = half?.length ?? 0;
    if (head === undefined) {
      response.setHeader("content-length", length);
    } else {
      const { "content-length": _, ...headers } = head.headers;
      writeHead(head.status, { ...headers, "content-length": length });
    }
    return end(half);
  }

  Object.assign(response, {
    writeHead(status: number, ...rest: readonly unknown[]) {
      head = { status, headers: headersOf(response, rest.at(-1)) };
      return response;
    },
    write(chunk: Chunk, encoding?: BufferEncoding | Written) {
      if (!isEnded) endWithHalf(toBuffer(chunk, encoding));
      return true;
    },
    end(chunk?: Chunk | Written | null, encoding?: BufferEncoding | Written) {
      if (isEnded) return response;
      const isNone = chunk === undefined || chunk === null || typeof chunk === "function";
      return endWithHalf(isNone ? undefined : toBuffer(chunk, encoding));
    },
  });
}

/** With lower-case names. `given` is what `writeHead` takes: an object, or names and values in turn. */
export function headersOf(response: ServerResponse, given: unknown): OutgoingHttpHeaders {
  const headers: Record<string, OutgoingHttpHeader> = {};
  for (const [name, value] of Object.entries(response.getHeaders()))
    if (value !== undefined) headers[name] = value;
  if (Array.isArray(given)) {
    for (let index = 0; index + 1 < given.length; index += 2)
      headers[String(given[index]).toLowerCase()] = given[index + 1];
  } else if (typeof given === "object" && given !== null) {
    for (const [name, value] of Object.entries(given as OutgoingHttpHeaders))
      if (value !== undefined) headers[name.toLowerCase()] = value;
  }
  return headers;
}

export function toBuffer(chunk: Chunk, encoding: unknown): Buffer {
  if (typeof chunk === "string")
    return Buffer.from(chunk, typeof encoding === "string" ? (encoding as BufferEncoding) : "utf8");
  return Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
}

function doneOf(
  encoding: BufferEncoding | Written | undefined,
  done: Written | undefined,
): Written | undefined {
  return typeof encoding === "function" ? encoding : done;
}
