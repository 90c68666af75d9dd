import { pipeline, type Readable, type Transform } from "node:stream";

/**
 * What a transformation of zlib makes of a stream, piece by piece. Whoever leaves early ends both. Not by `compose`: with
 * it a transformation that is left at the wrong moment has an error that nobody listens to, which ends the process.
 */
export async function* zlibPieces(input: Readable, transform: Transform): AsyncGenerator<Buffer> {
  // What goes wrong is thrown by the loop below.
  for (const stream of [input, transform]) stream.on("error", () => {});
  pipeline(input, transform, () => {});
  yield* transform as AsyncIterable<Buffer>;
}
