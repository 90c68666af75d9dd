import type { OutgoingHttpHeaders, ServerResponse } from "node:http";
import type { FastifyReply, FastifyRequest } from "fastify";
import { logBug } from "../http/server/log-bug.ts";
import { logRequest } from "../http/server/request-log.ts";
import type { FetchAnswer, FetchContent } from "../operations/fetch/fetch-answer.ts";
import { writeContent } from "../operations/fetch/write-content.ts";
import type { Ports } from "../ports.ts";
import { cutStalled } from "./cut-stalled.ts";

type SendPorts = Pick<Ports, "log" | "metrics">;

/**
 * Sends the answer to a fetch. The status is sent with the first byte, so a later failure cannot change it.
 *
 * @param signal aborted when the answer or its connection has closed.
 */
export function sendFetchAnswer(
  ports: SendPorts,
  answer: FetchAnswer,
  request: FastifyRequest,
  reply: FastifyReply,
  signal: AbortSignal,
): FastifyReply {
  switch (answer.kind) {
    case "bytes":
      noteSent(ports, request, answer.bytes.length);
      return reply.send(answer.bytes);
    case "content":
      return sendContent(ports, answer.content, request, reply, signal);
    case "stream": {
      const { stream, progress } = answer;
      const stopWatch = cutStalled(request, () => progress().isBlocked);
      stream.once("end", () => noteSent(ports, request, progress().packBytes)).once("close", stopWatch);
      return reply.send(stream);
    }
  }
}

function noteSent({ metrics }: SendPorts, request: FastifyRequest, packBytes: number): void {
  request.notes.pack_bytes = packBytes;
  metrics.countFetchBytes(packBytes);
}

/**
 * Sends content without the framework's streams, which cost more than the sending itself. An error of reading breaks
 * the answer off.
 */
function sendContent(
  ports: SendPorts,
  content: FetchContent,
  request: FastifyRequest,
  reply: FastifyReply,
  signal: AbortSignal,
): FastifyReply {
  const { raw } = reply.hijack();
  const { sizeBytes } = content;
  let packBytes = 0;
  logWhenClosed(ports, request, reply, signal, () => packBytes === sizeBytes);
  writeHead(raw, reply, sizeBytes);
  const sent = writeContent(raw, content, signal, (count) => {
    packBytes += count;
  });
  void sent.then(
    () => {
      noteSent(ports, request, packBytes);
      // Ending an answer that is closed already would mark it as finished and log it twice.
      if (!signal.aborted) raw.end();
    },
    (error: unknown) => {
      noteSent(ports, request, packBytes);
      logBug(ports, error, request);
      // Destroyed, so that the client does not take the answer for complete.
      raw.destroy();
    },
  );
  return reply;
}

function writeHead(raw: ServerResponse, reply: FastifyReply, sizeBytes: number | undefined): void {
  const length = sizeBytes === undefined ? {} : { "content-length": sizeBytes };
  raw.writeHead(200, { ...(reply.getHeaders() as OutgoingHttpHeaders), ...length });
}

/**
 * The framework logs an answer that has ended. This logs one that has not: the client has disconnected, or it has
 * received all bytes and closed the connection before the end was seen here.
 */
function logWhenClosed(
  ports: SendPorts,
  request: FastifyRequest,
  reply: FastifyReply,
  signal: AbortSignal,
  isSent: () => boolean,
): void {
  let isLogged = false;
  const noteLogged = () => {
    isLogged = true;
  };
  reply.raw.once("finish", noteLogged).once("error", noteLogged);
  const log = () => {
    if (isLogged) return;
    if (!isSent()) request.notes["failure.kind"] ??= "client-gone";
    logRequest(ports, request, reply);
  };
  // After the other listeners, which note how many bytes were sent.
  const logLater = () => setImmediate(log);
  if (signal.aborted) logLater();
  else signal.addEventListener("abort", logLater, { once: true });
}
