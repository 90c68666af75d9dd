import type { IncomingMessage, RequestListener, Server, ServerOptions } from "node:http";
import type { Server as HttpsServer } from "node:https";
import { Failure } from "../../../model/failure.ts";
import type { Ports } from "../../../ports.ts";
import { type LoadedCertificate, readCertificateFiles, TLS_VERSION_MIN } from "./read-certificate-files.ts";
import { watchCertificate } from "./watch-certificate.ts";

/** A client that has not said hello by then does not want to. */
const HANDSHAKE_MS_MAX = 20_000;

type ListenerPorts = Pick<Ports, "config" | "log" | "clock">;

/**
 * Node's server for HTTP, or for HTTPS if there is a certificate: HTTP/1.1 in both. While it listens it follows changes
 * of the files.
 *
 * @throws Failure unavailable if the files cannot be used.
 */
export function createListener(
  { config: { tls }, log, clock }: ListenerPorts,
  options: ServerOptions<typeof IncomingMessage>,
  listener: RequestListener,
): Server {
  // Not imported: an import asks for all that these modules of Node have, which takes 40 ms and 5 MB.
  if (tls === undefined) return process.getBuiltinModule("node:http").createServer(options, listener);
  const outcome = readCertificateFiles(tls);
  if (outcome.kind === "wrong")
    throw new Failure("unavailable", `Cannot start: the TLS certificate: ${outcome.problem}`);
  const server = process
    .getBuiltinModule("node:https")
    .createServer(
      { ...options, ...contextOf(outcome.certificate), handshakeTimeout: HANDSHAKE_MS_MAX },
      listener,
    );
  server.once("listening", () => {
    const watch = watchCertificate(tls, outcome.certificate, {
      log,
      clock,
      onReplaced: (certificate) => server.setSecureContext(contextOf(certificate)),
    });
    server.once("close", watch.close);
  });
  return server;
}

function contextOf({ cert, key }: LoadedCertificate): Parameters<HttpsServer["setSecureContext"]>[0] {
  return { cert, key, minVersion: TLS_VERSION_MIN };
}

/** The event of a connection whose bytes are HTTP's own. */
export function connectionEventOf({ tls }: ListenerPorts["config"]): "connection" | "secureConnection" {
  return tls === undefined ? "connection" : "secureConnection";
}
