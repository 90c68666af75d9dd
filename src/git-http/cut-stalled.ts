import type { FastifyRequest } from "fastify";

/** So long a client may neither take nor give a byte while a place is held for it. */
const STALL_MS_MAX = 60_000;
const LOOK_MS = 5_000;

/**
 * Cuts the connection of a client that keeps a git process waiting, and so keeps its place from others.
 *
 * @param isWaiting whether it is the client that is waited for.
 * @returns what ends the watch.
 */
export function cutStalled(request: FastifyRequest, isWaiting: () => boolean): () => void {
  const { socket } = request.raw;
  let seen = -1;
  let stalledMs = 0;
  const timer = setInterval(() => {
    const bytes = socket.bytesRead + socket.bytesWritten;
    stalledMs = bytes === seen && isWaiting() ? stalledMs + LOOK_MS : 0;
    seen = bytes;
    if (stalledMs >= STALL_MS_MAX) {
      request.notes["failure.reason"] = `stalled for ${STALL_MS_MAX} ms`;
      socket.destroy();
    }
  }, LOOK_MS);
  timer.unref();
  return () => clearInterval(timer);
}
