import type { FastifyReply, FastifyRequest } from "fastify";

/** Created once: every closed answer aborts with it, and a new error would cost a stack trace. */
const GONE = new Error("the client has gone");

/**
 * Aborted when nobody waits for the answer any more: the answer's stream or the connection has closed. The connection
 * is observed too, since an answer that is queued behind others on it does not notice.
 */
export function goneSignal(request: FastifyRequest, reply: FastifyReply): AbortSignal {
  const abort = new AbortController();
  const { socket } = request.raw;
  const gone = () => {
    socket.off("close", gone);
    // After a whole answer nobody listens any more.
    if (!reply.raw.writableFinished) abort.abort(GONE);
  };
  // One listener for each active request on the connection.
  socket.setMaxListeners(0);
  socket.once("close", gone);
  reply.raw.once("close", gone);
  if (socket.destroyed || reply.raw.destroyed) gone();
  return abort.signal;
}
