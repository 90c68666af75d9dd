import type { Server } from "node:http";
import type { Socket } from "node:net";
import { Duplex } from "node:stream";

/**
 * A Basic credential with line feeds from `base64`: GNU's breaks its output after 76 characters, and a shell that puts
 * it into `--header "Authorization: Basic $credential"` makes curl send the line feeds. The further lines are base64
 * only: without a colon they cannot be headers, so there is only one way to read the credential.
 */
const FOLDED = /\r\nAuthorization: Basic [A-Za-z0-9+/]+(?:\n[A-Za-z0-9+/]+={0,2})+\r\n/i;
const HEADER_END = "\r\n\r\n";

/**
 * The bytes of a request with its folded credential on one line, or undefined if the request has another fault. The
 * connection must be closed after the answer, so that nothing else can follow on it.
 */
export function unfoldCredential(bytes: Buffer): Buffer | undefined {
  const headEnd = bytes.indexOf(HEADER_END);
  if (headEnd === -1) return undefined;
  const head = bytes.toString("latin1", 0, headEnd + HEADER_END.length);
  if (!/^[A-Z]{3,7} [^\s]+ HTTP\/1\.1\r\n/.test(head) || !FOLDED.test(head)) return undefined;
  const joined = head.replace(
    FOLDED,
    (header) => `\r\nConnection: close\r\n${header.trim().replaceAll("\n", "")}\r\n`,
  );
  return Buffer.concat([Buffer.from(joined, "latin1"), bytes.subarray(headEnd + HEADER_END.length)]);
}

/**
 * Passes a connection to the server again, as if `bytes` had arrived first. For a request that Node's parser has
 * refused; the first parser does not use the socket any more.
 */
export function replayConnection(
  server: Server,
  event: "connection" | "secureConnection",
  socket: Socket,
  bytes: Buffer,
): void {
  socket.removeAllListeners("data").removeAllListeners("end");
  const replayed = new Duplex({
    read: () => void socket.resume(),
    write: (chunk, _encoding, done) => void socket.write(chunk, done),
    final: (done) => void socket.end(done),
    destroy(error, done) {
      socket.destroy();
      done(error);
    },
  });
  replayed.push(bytes);
  // The address is needed to count failures, and the number of received bytes to close the connection of a slow body.
  Object.assign(replayed, { remoteAddress: socket.remoteAddress, encrypted: "encrypted" in socket });
  Object.defineProperty(replayed, "bytesRead", { get: () => socket.bytesRead });
  socket.on("data", (chunk) => {
    if (!replayed.push(chunk)) socket.pause();
  });
  socket.once("end", () => replayed.push(null));
  socket.once("close", () => replayed.destroy());
  server.emit(event, replayed);
}
