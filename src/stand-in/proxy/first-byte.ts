import type { Socket } from "node:net";

/** RFC 8446, section 5.1: a TLS connection begins with a record of the handshake. No method of HTTP begins so. */
const TLS_HANDSHAKE = 0x16;

export type ByFirstByte = {
  readonly tls: (socket: Socket) => void;
  readonly plain: (socket: Socket) => void;
};

/** Gives a new connection to one of the two once its client has spoken, with all that it has said. */
export function takeByFirstByte(socket: Socket, { tls, plain }: ByFirstByte): void {
  socket.once("data", (bytes: Buffer) => {
    socket.pause();
    socket.unshift(bytes);
    (bytes[0] === TLS_HANDSHAKE ? tls : plain)(socket);
    // Whoever has it reads it: what has been put back comes first.
    process.nextTick(() => socket.resume());
  });
}
