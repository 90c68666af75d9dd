import type { IncomingMessage } from "node:http";

/** How much of a refused body is read, and for how long. If a client sends more, the connection is closed. */
const DRAINED_BYTES_MAX = 64 * 1024 * 1024;
const DRAIN_MS_MAX = 10_000;

/**
 * Reads the rest of a refused body. Clients often read the answer only after sending the body, and would otherwise see
 * a reset connection instead of it.
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
