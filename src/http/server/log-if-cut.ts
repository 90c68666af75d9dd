import type { Readable } from "node:stream";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { Ports } from "../../ports.ts";
import { knownFailure } from "../../storage/known-failure.ts";
import { logBug } from "./log-bug.ts";
import { annotateFailure } from "./request-log.ts";

/**
 * The framework tells of answers that came to their end. Of a stream that fails after its first byte, or whose client leaves, it says
 * nothing: `log` is called for those, with the reason in the notes of the request.
 */
export function logIfCut(
  ports: Pick<Ports, "log">,
  { request, reply, payload }: { request: FastifyRequest; reply: FastifyReply; payload: unknown },
  log: () => void,
): void {
  if (!isStream(payload)) return;
  const { raw } = reply;
  let isLogged = false;
  let error: unknown;
  const noteLogged = () => {
    isLogged = true;
  };
  raw.once("finish", noteLogged).once("error", noteLogged);
  payload.once("error", (reason: unknown) => {
    // When a client leaves, whatever was being read for it fails.
    if (!raw.destroyed) error = reason;
  });
  raw.once("close", () => {
    if (isLogged) return;
    if (error === undefined) request.notes["failure.kind"] = "client-gone";
    else noteError(ports, request, error);
    log();
  });
}

function noteError(ports: Pick<Ports, "log">, request: FastifyRequest, error: unknown): void {
  const failure = knownFailure(error);
  if (failure === undefined) logBug(ports, error, request);
  else annotateFailure(request, failure);
}

function isStream(payload: unknown): payload is Readable {
  return typeof (payload as Partial<Readable> | null | undefined)?.pipe === "function";
}
