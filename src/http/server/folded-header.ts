import type { Server } from "node:http";
import type { Socket } from "node:net";
import { Duplex } from "node:stream";

/**
 * A Basic credential that `base64` has folded: GNU's breaks its output after 76 characters, and a shell that puts it into
 * `--header "Authorization: Basic $credential"` makes curl send the line feeds as they are. What follows each is base64 to
 * the end of the line: no colon, so it can be no header of its own, and whoever reads it sees the same one credential.
 */
const FOLDED = /\r\nAuthorization: Basic [A-Za-z0-9+/]+(?:\n[A-Za-z0-9+/]+={0,2})+\r\n/i;
const HEADER_END = "\r\n\r\n";

/**
 * The bytes of a request with its folded credential on one line again, or undefined if that is not what is wrong with it. The
 * connection is to be closed after the answer, so that nothing else can follow on it.
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
 * Gives the server a connection anew, as if `bytes` had come first. For a request that Node's parser has refused; the
 * parser of the first try is done with the socket.
 */
export function replayConnection(server: Server, socket: Socket, bytes: Buffer): void {
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
  // Whose it is stays known: failures are counted by it. And how much has come: a body that comes too slowly is cut.
  Object.assign(replayed, { remoteAddress: socket.remoteAddress });
  Object.defineProperty(replayed, "bytesRead", { get: () => socket.bytesRead });
  socket.on("data", (chunk) => {
    if (!replayed.push(chunk)) socket.pause();
  });
  socket.once("end", () => replayed.push(null));
  socket.once("close", () => replayed.destroy());
  server.emit("connection", replayed);
}
