import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { noteRefusal } from "../http/routes/note-refusal.ts";
import { CHALLENGE } from "../http/server/answer-failure.ts";
import { failureOf } from "../http/server/failure-of.ts";
import { logBug } from "../http/server/log-bug.ts";
import { annotateFailure } from "../http/server/request-log.ts";
import { Failure } from "../model/failure.ts";
import { maskTokens } from "../model/mask-secrets.ts";
import type { Ports } from "../ports.ts";
import { admit, gitStatusOf, gitText } from "./git-route.ts";

/** git-lfs, docs/api: the URL of requests for objects and locks. */
export const LFS_URL = "/:workspace/:repo_slug/info/lfs/*";
export const LFS_METHODS = ["GET", "POST", "PUT", "DELETE"] as const;

const LFS_TYPE = "application/vnd.git-lfs+json; charset=utf-8";
const NOT_OFFERED =
  "Git LFS is not offered here: set lfs.url to a server that has it, or push the files without LFS";

/**
 * Git LFS is not supported. Its client shows the `message` of this answer; of any other answer it shows the URL with
 * the token in it. The credential is checked first, so that nobody can find out which repositories exist.
 */
export function registerLfs(server: FastifyInstance, ports: Ports): void {
  server.route({
    method: [...LFS_METHODS],
    url: LFS_URL,
    async onRequest(request, reply) {
      await admit(ports, { service: () => "git-upload-pack" }, request, reply);
    },
    async handler() {
      throw new Failure("no-such-operation", NOT_OFFERED);
    },
    errorHandler: (error, request, reply) => answerLfsError(ports, error, request, reply),
  });
}

function answerLfsError(ports: Ports, error: unknown, request: FastifyRequest, reply: FastifyReply) {
  const failure = failureOf(error);
  reply.header("content-type", LFS_TYPE).header("cache-control", "no-cache");
  if (failure === undefined) {
    logBug(ports, error, request);
    return reply.code(500).send(lfsBody("Something went wrong on the server", request));
  }
  annotateFailure(request, failure);
  noteRefusal(ports, request, failure);
  const status = gitStatusOf(failure);
  if (status === 401) reply.header("www-authenticate", CHALLENGE);
  return reply.code(status).send(lfsBody(maskTokens(gitText(failure)), request));
}

function lfsBody(message: string, request: FastifyRequest): Buffer {
  return Buffer.from(JSON.stringify({ message: message.replaceAll("\n", " "), request_id: request.id }));
}
