import type { FastifyRequest } from "fastify";

/** How long a client may neither send nor take a byte while a slot is held for it. */
const STALL_MS_MAX = 60_000;
const LOOK_MS = 5_000;

/**
 * Cuts the connection of a client that keeps a git process waiting, and so its slot from others.
 *
 * @param isWaiting whether the server waits for the client.
 * @returns stops the watch.
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
