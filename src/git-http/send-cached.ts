import type { OutgoingHttpHeaders, ServerResponse } from "node:http";
import type { FastifyReply, FastifyRequest } from "fastify";
import { errorPacket } from "../git/wire/packet.ts";
import { logRequest } from "../http/server/request-log.ts";
import { logBug } from "../http/server/server.ts";
import { sendContent } from "../operations/fetch/write-content.ts";
import type { Ports } from "../ports.ts";
import type { FetchResponse } from "../storage/fetch-responses/fetch-responses.ts";

/**
 * Answers with a response out of the store, past the framework's streams, which cost more than the sending itself. From here on
 * a failure is no status: before the first byte it is git's error packet, and then an answer that breaks off.
 *
 * @param signal aborted when the answer or its connection has closed.
 */
export function sendCached(
  ports: Pick<Ports, "log" | "metrics">,
  { content, isWhole }: FetchResponse,
  request: FastifyRequest,
  reply: FastifyReply,
  signal: AbortSignal,
): FastifyReply {
  const { raw } = reply.hijack();
  const { sizeBytes } = content;
  let packBytes = 0;
  logWhenClosed(ports, request, reply, signal, () => packBytes === sizeBytes);
  writeHead(raw, reply, sizeBytes);
  const note = () => {
    request.notes.pack_bytes = packBytes;
    ports.metrics.countFetchBytes(packBytes);
  };
  const sent = sendContent(raw, content, signal, (count) => {
    packBytes += count;
  });
  void sent.then(
    async () => {
      const isSilent = packBytes > 0 || signal.aborted || (await isWhole);
      note();
      // An answer that is closed already would say that it has finished, and be logged twice.
      if (!signal.aborted)
        raw.end(isSilent ? undefined : errorPacket("upload-pack: the request could not be answered"));
    },
    (error: unknown) => {
      note();
      logBug(ports, error, request);
      // Broken off, so that the client does not take it for whole.
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
 * The framework logs an answer that has ended. One that has not, since its client has gone, or has all bytes and closed before
 * the end was seen here, is logged by this.
 */
function logWhenClosed(
  ports: Pick<Ports, "log" | "metrics">,
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
  // What else hears of it notes how far it has come.
  const logLater = () => setImmediate(log);
  if (signal.aborted) logLater();
  else signal.addEventListener("abort", logLater, { once: true });
}
