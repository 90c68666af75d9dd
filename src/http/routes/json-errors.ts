import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { maskTokens } from "../../model/mask-secrets.ts";
import type { Ports } from "../../ports.ts";
import {
  BUG_BODY,
  CHALLENGE,
  errorBody,
  OAUTH_CHALLENGE,
  redirectStatus,
  statusOf,
} from "../server/answer-failure.ts";
import { failureOf } from "../server/failure-of.ts";
import { logBug } from "../server/log-bug.ts";
import { annotateFailure } from "../server/request-log.ts";
import { noteRefusal } from "./note-refusal.ts";
import { presentedBy } from "./request-ports.ts";

/** Answers refusals and bugs as the API does. */
export function answerErrorsInJson(server: FastifyInstance, ports: Ports): void {
  server.setErrorHandler((error, request, reply) => answerError(ports, error, request, reply));
}

function answerError(ports: Ports, error: unknown, request: FastifyRequest, reply: FastifyReply) {
  const failure = failureOf(error, request.routeOptions.bodyLimit);
  reply.header("content-type", "application/json; charset=utf-8");
  if (failure === undefined) {
    // When a client disconnects, whatever was being read for it fails.
    if (reply.raw.destroyed) request.notes["failure.kind"] = "client-gone";
    else logBug(ports, error, request);
    return reply.code(500).send(JSON.stringify(BUG_BODY));
  }
  annotateFailure(request, failure);
  noteRefusal(ports, request, failure);
  const { location } = failure.details;
  if (location !== undefined) reply.header("location", location);
  const status = failure.kind === "moved" ? redirectStatus(request.method) : statusOf(failure);
  // Recorded: text, unlike all other errors.
  if (failure.kind === "rate-limited")
    return reply.code(status).header("content-type", "text/plain; charset=utf-8").send(failure.message);
  if (status === 401) reply.header("www-authenticate", challengeOf(request));
  return reply.code(status).send(maskTokens(JSON.stringify(errorBody(failure))));
}

function challengeOf(request: FastifyRequest): string {
  const presented = presentedBy(request);
  return presented.kind === "token" && presented.tokenKind === "oauth" ? OAUTH_CHALLENGE : CHALLENGE;
}
