import type { IncomingMessage, ServerResponse } from "node:http";

/** How slowly a body may come before its connection is given to somebody else. */
export type SlowBodyLimits = {
  readonly windowMs: number;
  /** In each window. */
  readonly bytesMin: number;
  /** How long a body may take in all: so long, */
  readonly ageMsFree: number;
  /** and longer as it goes on at this rate, */
  readonly bytesPerSecondMin: number;
  /** but never longer than this. */
  readonly ageMsMax: number;
};

/**
 * A kilobyte a second, over two minutes: slower than any line that people push over, and than a proxy's own limits. In all, ten
 * minutes and then 16 KiB a second, for at most twelve hours: what is not there by then is kept up by somebody.
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
 * Cuts the connection of a client that sends a body drop by drop, or for ever. Only while the client is what is waited for: not while what it
 * has sent lies here unread. RFC 9110, section 15.5.9: 408, if no answer has begun.
 *
 * @param onCut called once, before the connection is cut.
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

/** How old a body may be of which so much has come. */
export function ageMsMaxOf(
  bytes: number,
  { ageMsFree, bytesPerSecondMin, ageMsMax }: SlowBodyLimits = SLOW_BODY_LIMITS,
): number {
  return Math.min(ageMsMax, ageMsFree + (bytes / bytesPerSecondMin) * 1000);
}

/** The request's own answer is still to come from whoever reads the body, so this one is written by hand. */
function timeoutAnswer(message: string): string {
  const body = JSON.stringify({ type: "error", error: { message } });
  return `HTTP/1.1 408 Request Timeout\r\ncontent-type: application/json; charset=utf-8\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`;
}

/** Whether a request has a body that may take its time. */
export function hasBody({ headers }: IncomingMessage): boolean {
  return headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > 0;
}
