import type { IncomingMessage } from "node:http";

/** So much of a refused body is taken all the same, and for so long. Who sends more finds the connection closed. */
const DRAINED_BYTES_MAX = 64 * 1024 * 1024;
const DRAIN_MS_MAX = 10_000;

/**
 * Takes what is still coming of a body that nobody wants. Whoever sends a body often reads the answer only behind it, and
 * would see a reset connection in its place.
 *
 * @returns whether the body has ended.
 */
export async function drainBody(request: IncomingMessage): Promise<boolean> {
  if (request.complete || request.destroyed) return request.complete;
  let bytes = 0;
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, DRAIN_MS_MAX);
    const settle = () => {
      clearTimeout(timer);
      resolve();
    };
    request.on("data", (piece: Buffer) => {
      bytes += piece.length;
      if (bytes > DRAINED_BYTES_MAX) settle();
    });
    request.once("end", settle).once("error", settle).once("close", settle);
  });
  return request.complete;
}
