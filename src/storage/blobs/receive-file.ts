import { createHash } from "node:crypto";
import { Transform, type Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { type PutOptions, tooLarge, wrongDigest } from "./blob-store.ts";

/**
 * Writes a stream to a file.
 *
 * @returns the number of bytes.
 * @throws Failure too-large beyond `bytesMax`, invalid-input if they do not match `sha256`.
 */
export async function receiveFile(
  source: AsyncIterable<Buffer>,
  file: Writable,
  { bytesMax, sha256 }: PutOptions,
): Promise<number> {
  const hash = sha256 === undefined ? undefined : createHash("sha256");
  let bytes = 0;
  const count = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      hash?.update(chunk);
      done(bytes > bytesMax ? tooLarge(bytesMax) : null, chunk);
    },
    flush(done) {
      done(hash?.digest("hex") === sha256 ? null : wrongDigest());
    },
  });
  await pipeline(source, count, file);
  return bytes;
}
