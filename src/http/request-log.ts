import type { FastifyReply, FastifyRequest } from "fastify";
import type { Caller } from "../model/caller.ts";
import type { Failure } from "../model/failure.ts";
import { maskPersonalText } from "../model/mask-secrets.ts";
import type { Repository } from "../model/repository.ts";
import { fullName } from "../model/repository.ts";
import type { Ports } from "../ports.ts";

declare module "fastify" {
  interface FastifyRequest {
    /** Fields for the request's one line in the log. */
    notes: Record<string, unknown>;
  }
}

/** Notes who is calling. Ids only: no name, no address, nothing of a credential. */
export function annotate(request: FastifyRequest, caller: Caller): void {
  request.notes["caller.kind"] = caller.kind;
  if (caller.kind === "anonymous") return;
  request.notes["caller.account_id"] = caller.account.accountId;
  request.notes["token.id"] = caller.token.uuid;
}

export function annotateRepository(request: FastifyRequest, repository: Repository): void {
  request.notes["repository.full_name"] = fullName(repository);
}

/** Notes why a request was refused, for the operator: the caller may have read less. */
export function annotateFailure(request: FastifyRequest, failure: Failure): void {
  request.notes["failure.kind"] = failure.kind;
  request.notes["failure.message"] = maskPersonalText(failure.message);
  if (failure.details.reason !== undefined) request.notes["failure.reason"] = failure.details.reason;
}

/**
 * One line a request. The route's pattern and not its URL: paths carry e-mail addresses, and people put tokens into
 * query strings.
 */
export function logRequest(
  { log, metrics }: Pick<Ports, "log" | "metrics">,
  request: FastifyRequest,
  reply: FastifyReply,
): void {
  const route = request.routeOptions.url ?? "none";
  metrics.countRequest(request.method, route, reply.statusCode, reply.elapsedTime);
  log.info(
    {
      "request.id": request.id,
      method: request.method,
      route,
      status: reply.statusCode,
      duration_ms: Math.round(reply.elapsedTime * 10) / 10,
      ...request.notes,
    },
    "request",
  );
}
