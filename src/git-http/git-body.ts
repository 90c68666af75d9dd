import type { IncomingMessage } from "node:http";
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

/**
 * The body as `openRequestBody` gives it, when all of it is there.
 *
 * @throws Failure too-large beyond `bytesMax` (decompressed), or what opening and reading throw.
 */
export async function readRequestBody(
  request: FastifyRequest,
  service: GitService,
  bytesMax: number,
): Promise<Buffer> {
  const body = openRequestBody(request, service);
  const arrived = body === request.raw ? readArrived(request.raw) : undefined;
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of arrived ?? body) {
    bytes += piece.length;
    if (bytes > bytesMax)
      throw new Failure("too-large", `The request is larger than the limit of ${bytesMax} bytes`);
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

/** A small body has usually arrived together with the head. The iterator of a stream would cost more than all else of its request. */
function readArrived(raw: IncomingMessage): readonly Buffer[] | undefined {
  if (raw.readableLength === 0 || raw.readableLength !== Number(raw.headers["content-length"]))
    return undefined;
  const bytes = raw.read() as Buffer;
  // The end is still to come, and somebody has to see it.
  raw.resume();
  return [bytes];
}
