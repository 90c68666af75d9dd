import type { IncomingMessage, ServerResponse } from "node:http";
import type { TLSSocket } from "node:tls";
import { headersOf, toBuffer } from "../faults/break-response.ts";
import { openBodyRecorder } from "./body-recorder.ts";
import { type HeaderField, hasVariables, maskHeader, maskUrl } from "./mask-recorded.ts";
import type { RecordedRequest } from "./recorded-request.ts";

/** What of a request is known once it is over. */
export type WireRequest = Omit<
  RecordedRequest,
  "id" | "startedAt" | "route" | "accountId" | "credentialKind" | "credentialId"
>;

/** Looks on while a request is read and answered, and tells what went over the wire. Changes nothing. */
export function recordRequest(
  request: IncomingMessage,
  response: ServerResponse,
  ended: (wire: WireRequest) => void,
): void {
  const begin = performance.now();
  const { method = "GET", httpVersion } = request;
  const scheme = (request.socket as Partial<TLSSocket>).encrypted === true ? "https" : "http";
  const url = maskUrl(`${scheme}://${request.headers.host ?? "localhost"}${request.url ?? "/"}`);
  const values = hasVariables(request.url ?? "/") ? "hidden" : "shown";
  const requestHeaders = requestFields(request.rawHeaders);
  const requestType = request.headers["content-type"] ?? "";
  const sent = openBodyRecorder();
  const answered = openBodyRecorder();
  let head: Record<string, unknown> | undefined;

  const push = request.push.bind(request);
  request.push = (chunk: unknown, encoding?: BufferEncoding) => {
    if (chunk instanceof Uint8Array) sent.add(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength));
    return push(chunk, encoding);
  };
  const writeHead = response.writeHead.bind(response) as (...given: readonly unknown[]) => ServerResponse;
  const write = response.write.bind(response) as (...given: readonly unknown[]) => boolean;
  const end = response.end.bind(response) as (...given: readonly unknown[]) => ServerResponse;
  const note = (chunk: unknown, encoding: unknown) => {
    if (typeof chunk === "string" || chunk instanceof Uint8Array) answered.add(toBuffer(chunk, encoding));
  };
  Object.assign(response, {
    writeHead(...given: readonly unknown[]) {
      head = headersOf(response, given.at(-1));
      return writeHead(...given);
    },
    write(...given: readonly unknown[]) {
      note(given[0], given[1]);
      return write(...given);
    },
    end(...given: readonly unknown[]) {
      note(given[0], given[1]);
      return end(...given);
    },
  });
  response.once("close", () => {
    const headers = head ?? headersOf(response, undefined);
    ended({
      durationMs: performance.now() - begin,
      method,
      url,
      httpVersion: `HTTP/${httpVersion}`,
      requestHeaders,
      requestBody: sent.end(requestType, values),
      status: response.headersSent ? response.statusCode : 0,
      statusText: response.statusMessage ?? "",
      responseHeaders: responseFields(headers),
      responseBody: answered.end(String(headers["content-type"] ?? ""), "shown"),
    });
  });
}

function requestFields(raw: readonly string[]): readonly HeaderField[] {
  const fields: HeaderField[] = [];
  for (let index = 0; index + 1 < raw.length; index += 2)
    fields.push(maskHeader({ name: raw[index]!, value: raw[index + 1]! }));
  return fields;
}

function responseFields(headers: Readonly<Record<string, unknown>>): readonly HeaderField[] {
  return Object.entries(headers).flatMap(([name, value]) =>
    [value].flat().map((each) => maskHeader({ name, value: String(each) })),
  );
}
