import type { Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import type { FastifyRequest } from "fastify";
import type { GitService } from "../git/wire/advertisement.ts";
import { Failure } from "../model/failure.ts";

/**
 * The body of a POST as a stream, unpacked where git has packed it (it does for requests of over a kilobyte).
 *
 * @throws Failure media-type-refused for another content type or encoding.
 */
export function openRequestBody(request: FastifyRequest, service: GitService): Readable {
  if (request.headers["content-type"] !== `application/x-${service}-request`) {
    throw new Failure("media-type-refused", `Content-Type: must be application/x-${service}-request`);
  }
  const encoding = request.headers["content-encoding"]?.toLowerCase() ?? "identity";
  switch (encoding) {
    case "identity":
      return request.raw;
    case "gzip":
    case "x-gzip": {
      const unpacked = createGunzip();
      request.raw.on("error", (error) => unpacked.destroy(error));
      request.raw.on("aborted", () => unpacked.destroy(new Error("the client has gone")));
      return request.raw.pipe(unpacked);
    }
    default:
      throw new Failure("media-type-refused", "Content-Encoding: must be gzip or none");
  }
}

/** @throws Failure too-large beyond `bytesMax` (unpacked), invalid-input if it cannot be unpacked. */
export async function readWholeBody(body: Readable, bytesMax: number): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const piece of body as AsyncIterable<Buffer>) {
      bytes += piece.length;
      if (bytes > bytesMax)
        throw new Failure("too-large", `The request is larger than the limit of ${bytesMax} bytes`);
      pieces.push(piece);
    }
  } catch (error) {
    throw isUnpackError(error) ? new Failure("invalid-input", "The body is not valid gzip") : error;
  }
  return Buffer.concat(pieces);
}

export function isUnpackError(error: unknown): boolean {
  return (
    error instanceof Error && "code" in error && typeof error.code === "string" && error.code.startsWith("Z_")
  );
}
