import type { FastifyReply, FastifyRequest } from "fastify";

/** Made once: each answer that closes ends in this signal, and a new error would note where. */
const GONE = new Error("the client has gone");

/**
 * Aborted when nobody waits for the answer any more: the answer's stream or the connection has closed. The connection is
 * watched too, since an answer that waits in line behind others on it is never told.
 */
export function goneSignal(request: FastifyRequest, reply: FastifyReply): AbortSignal {
  const abort = new AbortController();
  const { socket } = request.raw;
  const gone = () => {
    socket.off("close", gone);
    abort.abort(GONE);
  };
  // One listener for each request that is under way on it.
  socket.setMaxListeners(0);
  socket.once("close", gone);
  reply.raw.once("close", gone);
  if (socket.destroyed || reply.raw.destroyed) gone();
  return abort.signal;
}
