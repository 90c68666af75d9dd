import type { IncomingMessage, ServerResponse } from "node:http";

/** How slowly a body may come before its connection is given to somebody else. */
export type SlowBodyLimits = {
  readonly windowMs: number;
  /** In each window. */
  readonly bytesMin: number;
};

/** A kilobyte a second, over two minutes: slower than any line that people push over, and than a proxy's own limits. */
export const SLOW_BODY_LIMITS: SlowBodyLimits = { windowMs: 120_000, bytesMin: 120 * 1024 };

const MESSAGE = "The body of the request came too slowly";

/**
 * Cuts the connection of a client that sends a body drop by drop. Only while the client is what is waited for: not while what it
 * has sent lies here unread. RFC 9110, section 15.5.9: 408, if no answer has begun.
 *
 * @param onCut called once, before the connection is cut.
 */
export function cutSlowBody(
  request: IncomingMessage,
  response: ServerResponse,
  onCut: () => void,
  { windowMs, bytesMin }: SlowBodyLimits = SLOW_BODY_LIMITS,
): void {
  const { socket } = request;
  let bytesBefore = socket.bytesRead;
  const timer = setInterval(() => {
    if (request.complete) return stop();
    const bytes = socket.bytesRead - bytesBefore;
    bytesBefore = socket.bytesRead;
    if (bytes >= bytesMin || request.readableLength > 0) return;
    stop();
    onCut();
    if (response.headersSent || response.socket === null) socket.destroy();
    else socket.end(timeoutAnswer(), () => socket.destroy());
  }, windowMs).unref();
  const stop = () => clearInterval(timer);
  response.once("close", stop);
}

/** The request's own answer is still to come from whoever reads the body, so this one is written by hand. */
function timeoutAnswer(): string {
  const body = JSON.stringify({ type: "error", error: { message: MESSAGE } });
  return `HTTP/1.1 408 Request Timeout\r\ncontent-type: application/json; charset=utf-8\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`;
}

/** Whether a request has a body that may take its time. */
export function hasBody({ headers }: IncomingMessage): boolean {
  return headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > 0;
}
