import type { FastifyError } from "fastify";
import { Failure } from "../../model/failure.ts";
import { knownFailure } from "../../storage/known-failure.ts";
import { BODY_BYTES_MAX } from "./server.ts";

/** Turns what Fastify itself refuses, and what `knownFailure` knows, into failures of ours; undefined for a bug. */
export function failureOf(error: unknown, bodyBytesMax = BODY_BYTES_MAX): Failure | undefined {
  switch ((error as Partial<FastifyError>).code) {
    case "FST_ERR_CTP_BODY_TOO_LARGE":
      return new Failure("too-large", `The body is larger than the limit of ${bodyBytesMax} bytes`);
    case "FST_ERR_CTP_INVALID_MEDIA_TYPE":
      return new Failure("format-unsupported", "The content type of the body is not one that this takes");
    case "FST_ERR_CTP_INVALID_CONTENT_LENGTH":
      return new Failure("invalid-input", "Bad request: Content-Length does not match the body");
    default:
      return knownFailure(error);
  }
}
