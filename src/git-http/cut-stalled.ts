import type { FastifyRequest } from "fastify";

/** How long a client with a slot may go without sending or receiving a byte. */
const STALL_MS_MAX = 60_000;
const LOOK_MS = 5_000;

/**
 * Closes the connection of a client that keeps a git process waiting, since the process occupies a slot that others
 * need.
 *
 * @param isWaiting whether the server waits for the client.
 * @returns stops the check.
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
