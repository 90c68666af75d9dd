import { Failure } from "../../model/failure.ts";

/**
 * Refusals in the form of the service behind pipelines: a general `message`, and what is wrong in `detail` (contract,
 * rest-of-api.md §0). `key` only where Bitbucket's is known.
 */
export function pipelineNotFound(detail: string, key?: string): Failure {
  return new Failure("not-found", "Not found", { detail, ...(key === undefined ? {} : { data: { key } }) });
}

export function pipelineBadRequest(detail: string, key?: string): Failure {
  return new Failure("invalid-input", "Bad request", {
    detail,
    ...(key === undefined ? {} : { data: { key } }),
  });
}

/** Recorded text. */
export const INVALID_PROPERTIES = "The request body contains invalid properties";
