import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { collectAllowedMethods } from "../http/routes/allowed-methods.ts";
import { isApiPath } from "../http/routes/api-path.ts";
import { identify } from "../http/routes/identify.ts";
import { acceptJsonBodies } from "../http/routes/json-bodies.ts";
import { answerErrorsInJson } from "../http/routes/json-errors.ts";
import { Failure } from "../model/failure.ts";
import { accountOf } from "../model/who-acts.ts";
import type { Ports } from "../ports.ts";

/**
 * Answers paths that no surface has as the API does, unless a person asks with a browser. To be called before any route is registered, since it collects
 * their methods.
 */
export function answerNoSuchRoute(
  server: FastifyInstance,
  ports: Ports,
  answerPerson: (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply> | undefined,
): void {
  acceptJsonBodies(server);
  answerErrorsInJson(server, ports);
  const allowedMethods = collectAllowedMethods(server);
  server.setNotFoundHandler(
    (request, reply) => answerPerson(request, reply) ?? answerNotFound(ports, allowedMethods, request, reply),
  );
}

/** Longer paths are not looked up. */
const UNKNOWN_PATH_LENGTH_MAX = 2_048;

/**
 * A path that lacks the method is distinguished here: registering routes for all missing methods would double the time
 * of a start. Unknown operations of the API are counted for the operator, with the caller if the credential is valid.
 */
async function answerNotFound(
  ports: Ports,
  allowedMethods: (target: string) => readonly string[],
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { url, method } = request;
  const allowed = [...allowedMethods(url.slice(0, UNKNOWN_PATH_LENGTH_MAX))];
  // The path has this method: its route has already answered that there is nothing for this request.
  const isThere = allowed.length > 0 && !allowed.includes(method);
  if (isThere) reply.header("allow", [...allowed, "OPTIONS"].join(", "));
  if (isThere && method === "OPTIONS") return reply.code(204).send();
  await countUnknown(ports, request, reply);
  if (isThere)
    throw new Failure("operation-unsupported", "Method not allowed", {
      detail: `Allowed: ${allowed.join(", ")}`,
    });
  throw new Failure("no-such-operation", "Resource not found", {
    detail: "There is no API hosted at this URL",
    reason: `no route for ${request.method}`,
  });
}

async function countUnknown(ports: Ports, request: FastifyRequest, reply: FastifyReply): Promise<void> {
  if (!isApiPath(request.url)) return;
  const caller = await identify(ports, "rest", "api", request, reply).catch((error: unknown) => {
    // The path does not exist for any caller.
    if (error instanceof Failure) return undefined;
    throw error;
  });
  const account = caller && accountOf(caller)?.uuid;
  const path = request.url.slice(0, UNKNOWN_PATH_LENGTH_MAX).split(/[?#]/, 1)[0]!;
  request.notes.unknown_operation = ports.unknownOperations.count(request.method, path, account);
}
