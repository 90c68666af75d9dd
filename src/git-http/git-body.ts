import { createGunzip } from "node:zlib";
import type { FastifyRequest } from "fastify";
import type { GitService } from "../git/wire/advertisement.ts";
import { Failure } from "../model/failure.ts";

/**
 * The body of a POST, decompressed if git has compressed it (it does for requests of over a kilobyte). Reading throws
 * Failure invalid-input if it cannot be decompressed.
 *
 * @throws Failure format-unsupported for another content type or encoding.
 */
export function openRequestBody(request: FastifyRequest, service: GitService): AsyncIterable<Buffer> {
  if (request.headers["content-type"] !== `application/x-${service}-request`) {
    throw new Failure("format-unsupported", `Content-Type: must be application/x-${service}-request`);
  }
  const encoding = request.headers["content-encoding"]?.toLowerCase() ?? "identity";
  switch (encoding) {
    case "identity":
      return request.raw;
    case "gzip":
    case "x-gzip":
      return unpack(request);
    default:
      throw new Failure("format-unsupported", "Content-Encoding: must be gzip or none");
  }
}

async function* unpack({ raw }: FastifyRequest): AsyncGenerator<Buffer> {
  const unpacked = createGunzip();
  raw.on("error", (error) => unpacked.destroy(error));
  raw.on("aborted", () => unpacked.destroy(new Error("the client has gone")));
  try {
    yield* raw.pipe(unpacked) as AsyncIterable<Buffer>;
  } catch (error) {
    throw isUnpackError(error) ? new Failure("invalid-input", "The body is not valid gzip") : error;
  }
}

function isUnpackError(error: unknown): boolean {
  return (
    error instanceof Error && "code" in error && typeof error.code === "string" && error.code.startsWith("Z_")
  );
}

/** @throws Failure too-large beyond `bytesMax` (decompressed), or what reading throws. */
export async function readWholeBody(body: AsyncIterable<Buffer>, bytesMax: number): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of body) {
    bytes += piece.length;
    if (bytes > bytesMax)
      throw new Failure("too-large", `The request is larger than the limit of ${bytesMax} bytes`);
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}
