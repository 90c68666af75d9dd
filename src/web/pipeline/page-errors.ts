import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { isApiPath } from "../../http/routes/api-path.ts";
import { noteRefusal } from "../../http/routes/note-refusal.ts";
import { redirectStatus, statusOf } from "../../http/server/answer-failure.ts";
import { failureOf } from "../../http/server/failure-of.ts";
import { logBug } from "../../http/server/log-bug.ts";
import { annotateFailure } from "../../http/server/request-log.ts";
import { Failure } from "../../model/failure.ts";
import type { Ports } from "../../ports.ts";
import { describeBug, describeFailure } from "../layout/error-page.ts";
import { openFrame } from "./frame.ts";
import { identifyReader } from "./identify-reader.ts";
import { sendContent } from "./send-page.ts";
import { signInPath } from "./sign-in-path.ts";

/** Answers refusals and bugs with pages that say what to do next. */
export function answerErrorsInPages(server: FastifyInstance, ports: Ports): void {
  server.setErrorHandler((error, request, reply) => answerError(ports, error, request, reply));
}

function answerError(
  ports: Ports,
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const frame = request.frame ?? openFrame(ports, request);
  const failure = failureOf(error, request.routeOptions.bodyLimit);
  const about = { requestId: request.id, path: frame.path.split("?", 1)[0]!, now: ports.clock() };
  if (failure === undefined) {
    // When a client disconnects, whatever was being read for it fails.
    if (reply.raw.destroyed) request.notes["failure.kind"] = "client-gone";
    else logBug(ports, error, request);
    return sendContent(request, reply, frame, describeBug(frame, about));
  }
  annotateFailure(request, failure);
  noteRefusal(ports, request, failure);
  const { location } = failure.details;
  if (failure.kind === "moved" && location !== undefined)
    return reply.code(redirectStatus(request.method)).header("location", location).send();
  // Only a page can be gone back to; what a form has sent is lost with its session.
  if (failure.kind === "credential-missing")
    return reply
      .code(303)
      .header("cache-control", "no-store")
      .header("location", signInPath(request.method === "GET" ? frame.path : refererPath(request)))
      .send();
  return sendContent(request, reply, frame, describeFailure(frame, failure, statusOf(failure), about));
}

/** The page of a form, if it is one of ours. */
function refererPath({ headers }: FastifyRequest): string {
  const referer = URL.parse(headers.referer ?? "");
  return referer !== null && referer.host === headers.host ? referer.pathname + referer.search : "/";
}

/** Whether a request for a path that nothing has is a person's, who is told in a page. */
export function isForPerson({ method, url, headers }: FastifyRequest): boolean {
  return (
    (method === "GET" || method === "HEAD") && !isApiPath(url) && /\btext\/html\b/i.test(headers.accept ?? "")
  );
}

/** To who is signed in as to who is signed in: the page would otherwise say that they are not. */
export async function answerNotFoundInPage(
  ports: Ports,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  try {
    await identifyReader(ports, openFrame(ports, request), request);
  } catch (error) {
    return answerError(ports, error, request, reply);
  }
  return answerError(ports, new Failure("not-found", "There is no such page"), request, reply);
}
