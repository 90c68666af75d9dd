import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { statusOf } from "../../http/server/answer-failure.ts";
import { clientAddress, networkOf } from "../../http/server/client-address.ts";
import { failureOf } from "../../http/server/failure-of.ts";
import { logBug } from "../../http/server/log-bug.ts";
import { annotateFailure } from "../../http/server/request-log.ts";
import { OauthRefusal } from "../../model/oauth-refusal.ts";
import type { Ports } from "../../ports.ts";

/** RFC 6749, section 5.1: what an endpoint answers is kept by nobody. */
export const NO_STORE = { "cache-control": "no-store", pragma: "no-cache" };

/** Answers refusals and bugs with `error` and `error_description`: contract, auth-beyond-tokens.md §1.5. */
export function answerErrorsOfOauth(server: FastifyInstance, ports: Ports): void {
  server.setErrorHandler((error, request, reply) => answerError(ports, error, request, reply));
}

function answerError(
  ports: Ports,
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  reply.headers(NO_STORE);
  if (error instanceof OauthRefusal) {
    request.notes["oauth.error"] = error.code;
    if (error.reason !== undefined) request.notes["failure.reason"] = error.reason;
    const waitSeconds = error.isGuess
      ? ports.failedAuthenticationLimiter.fail(networkOf(clientAddress(request, ports.config)))
      : undefined;
    if (waitSeconds === undefined) return send(reply, 400, error.code, error.message);
    reply.header("retry-after", String(waitSeconds));
    return send(
      reply,
      429,
      error.code,
      `Too many wrong credentials have come from your address: try again in ${waitSeconds} s`,
    );
  }
  const failure = failureOf(error, request.routeOptions.bodyLimit);
  if (failure === undefined) {
    // When a client disconnects, whatever was being read for it fails.
    if (reply.raw.destroyed) request.notes["failure.kind"] = "client-gone";
    else logBug(ports, error, request);
    return send(reply, 500, "server_error", "Something went wrong: the server's log has the details");
  }
  annotateFailure(request, failure);
  const status = statusOf(failure);
  // A consumer that is deleted while it asks.
  if (failure.kind === "not-found")
    return send(reply, 400, "unauthorized_client", "Invalid OAuth client credentials");
  return send(reply, status, status >= 500 ? "temporarily_unavailable" : "invalid_request", failure.message);
}

/** The recorded order of the two. */
function send(reply: FastifyReply, status: number, error: string, description: string): FastifyReply {
  return reply
    .code(status)
    .header("content-type", "application/json; charset=utf-8")
    .send(JSON.stringify({ error_description: description, error }));
}
