import type { IncomingMessage, ServerResponse } from "node:http";

/** How slowly a body may arrive before its connection is closed. */
export type SlowBodyLimits = {
  readonly windowMs: number;
  /** The least number of bytes in each window. */
  readonly bytesMin: number;
  /** How long a body may take in all: so long, */
  readonly ageMsFree: number;
  /** and longer as it goes on at this rate, */
  readonly bytesPerSecondMin: number;
  /** but never longer than this. */
  readonly ageMsMax: number;
};

/**
 * A kilobyte a second, over two minutes: slower than any line that people push over, and than the limits of proxies. In
 * all, ten minutes plus the time at 16 KiB a second, and at most twelve hours: a slower body is held up on purpose.
 */
export const SLOW_BODY_LIMITS: SlowBodyLimits = {
  windowMs: 120_000,
  bytesMin: 120 * 1024,
  ageMsFree: 600_000,
  bytesPerSecondMin: 16 * 1024,
  ageMsMax: 12 * 3_600_000,
};

const TOO_SLOW = "The body of the request came too slowly";
const TOO_OLD = "The body of the request took too long in all";

/**
 * Closes the connection of a client that sends a body very slowly, or without end. Only the time when the server waits
 * for the client counts, not the time when received bytes are unread here. RFC 9110, section 15.5.9: 408, if no answer
 * has begun.
 *
 * @param onCut called once, before the connection is closed.
 */
export function cutSlowBody(
  request: IncomingMessage,
  response: ServerResponse,
  onCut: () => void,
  limits: SlowBodyLimits = SLOW_BODY_LIMITS,
): void {
  const { windowMs, bytesMin } = limits;
  const { socket } = request;
  const bytesAtStart = socket.bytesRead;
  let bytesBefore = bytesAtStart;
  let ageMs = 0;
  const timer = setInterval(() => {
    if (request.complete) return stop();
    const bytes = socket.bytesRead - bytesBefore;
    bytesBefore = socket.bytesRead;
    if (request.readableLength > 0) return;
    ageMs += windowMs;
    const isTooOld = ageMs > ageMsMaxOf(bytesBefore - bytesAtStart, limits);
    if (bytes >= bytesMin && !isTooOld) return;
    stop();
    onCut();
    const answer = timeoutAnswer(isTooOld ? TOO_OLD : TOO_SLOW);
    if (response.headersSent || response.socket === null) socket.destroy();
    else socket.end(answer, () => socket.destroy());
  }, windowMs).unref();
  const stop = () => clearInterval(timer);
  response.once("close", stop);
}

/** The greatest age of a body of which this much has arrived. */
export function ageMsMaxOf(
  bytes: number,
  { ageMsFree, bytesPerSecondMin, ageMsMax }: SlowBodyLimits = SLOW_BODY_LIMITS,
): number {
  return Math.min(ageMsMax, ageMsFree + (bytes / bytesPerSecondMin) * 1000);
}

/** The reader of the body still has to write the request's own answer, so this one is written by hand. */
function timeoutAnswer(message: string): string {
  const body = JSON.stringify({ type: "error", error: { message } });
  return `HTTP/1.1 408 Request Timeout\r\ncontent-type: application/json; charset=utf-8\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`;
}

/** Whether a request has a body that may arrive slowly. */
export function hasBody({ headers }: IncomingMessage): boolean {
  return headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > 0;
}
