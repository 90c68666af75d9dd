import type { FastifyReply, FastifyRequest } from "fastify";
import type { Logger } from "pino";
import type { Caller, CredentialReference } from "../../model/caller.ts";
import type { Failure } from "../../model/failure.ts";
import { failureNotes } from "../../model/failure-notes.ts";
import type { Repository } from "../../model/repository.ts";
import { fullName } from "../../model/repository.ts";
import type { Ports } from "../../ports.ts";

declare module "fastify" {
  interface FastifyRequest {
    /** Fields for the request's one line in the log. */
    notes: Record<string, unknown>;
  }

  interface FastifyContextConfig {
    /** Asked again and again by what watches the server: what goes well is in the log at `debug` only. */
    isProbe?: true;
  }
}

/** Notes who is calling. Ids only: no name, no address, nothing of a credential. */
export function annotate(request: FastifyRequest, caller: Caller): void {
  if (caller.kind === "anonymous") {
    request.notes["caller.kind"] = "anonymous";
    return;
  }
  const { kind, id } = caller.credential;
  request.notes["caller.kind"] = "account";
  request.notes["caller.account_id"] = caller.account.accountId;
  request.notes["credential.kind"] = kind;
  request.notes[idField(kind)] = id;
}

/** `token.id` is what `pail token show` takes. */
function idField(kind: CredentialReference["kind"]): "token.id" | "credential.id" {
  return kind === "api-token" ? "token.id" : "credential.id";
}

export function annotateRepository(request: FastifyRequest, repository: Repository): void {
  request.notes["repository.full_name"] = fullName(repository);
}

export function annotateFailure(request: FastifyRequest, failure: Failure): void {
  Object.assign(request.notes, failureNotes(failure));
}

export function logRequest(
  ports: Pick<Ports, "log" | "metrics">,
  request: FastifyRequest,
  reply: FastifyReply,
): void {
  writeRequestLine(ports, {
    id: request.id,
    method: request.method,
    route: request.routeOptions.url ?? "none",
    status: reply.statusCode,
    durationMs: reply.elapsedTime,
    notes: request.notes,
    isQuiet: request.routeOptions.config.isProbe === true && reply.statusCode < 400,
  });
}

type RequestLine = {
  readonly id: string;
  readonly method: string;
  /** Its pattern and not the URL: paths carry e-mail addresses, and people put tokens into query strings. */
  readonly route: string;
  readonly status: number;
  readonly durationMs: number;
  readonly notes: Readonly<Record<string, unknown>>;
  readonly isQuiet?: boolean;
};

/** Notes that many requests have in common. */
const COMMON_NOTES = new Set([
  "caller.kind",
  "caller.account_id",
  "credential.kind",
  "credential.id",
  "token.id",
  "repository.full_name",
]);
const PREPARED_MAX = 1_000;
const preparedLines = new WeakMap<Logger, Map<string, Logger>>();

/** A log for lines with these fields, which are written out once for all requests that have no others. */
function prepareLine(log: Logger, { method, route, status, notes }: RequestLine): Logger | undefined {
  let key = `${method} ${route} ${status}`;
  for (const name in notes) {
    if (!COMMON_NOTES.has(name)) return undefined;
    key += `\n${name} ${notes[name]}`;
  }
  const prepared = preparedLines.get(log) ?? new Map<string, Logger>();
  preparedLines.set(log, prepared);
  const known = prepared.get(key);
  if (known !== undefined) return known;
  if (prepared.size >= PREPARED_MAX) prepared.clear();
  const line = log.child({ method, route, status, ...notes });
  prepared.set(key, line);
  return line;
}

/** One line a request. */
export function writeRequestLine({ log, metrics }: Pick<Ports, "log" | "metrics">, line: RequestLine): void {
  const { id, method, route, status, durationMs, notes, isQuiet = false } = line;
  metrics.countRequest(method, route, status, durationMs);
  const own = { "request.id": id, duration_ms: Math.round(durationMs * 10) / 10 };
  if (isQuiet) {
    log.debug({ ...own, method, route, status }, "request");
    return;
  }
  const prepared = prepareLine(log, line);
  if (prepared === undefined) log.info({ ...own, method, route, status, ...notes }, "request");
  else prepared.info(own, "request");
}
