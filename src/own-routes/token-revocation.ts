import type { FastifyInstance } from "fastify";
import { isRefreshToken } from "../authentication/oauth/refresh-token-text.ts";
import { parsePasswordShape } from "../authentication/token-text.ts";
import { callerPorts } from "../authorization/caller-ports.ts";
import { publicBaseUrlsOf } from "../config/public-base-urls.ts";
import { bodyReader } from "../http/routes/request-body.ts";
import { clientAddress } from "../http/server/client-address.ts";
import { goneSignal } from "../http/server/gone-signal.ts";
import { ANONYMOUS } from "../model/caller.ts";
import { Failure, invalidField } from "../model/failure.ts";
import { Secret } from "../model/secret.ts";
import { revokeRefreshToken } from "../operations/oauth/revoke-by-text.ts";
import { revokeTokenByText } from "../operations/tokens/api-tokens.ts";
import type { Ports } from "../ports.ts";

/** Bitbucket has no such route. No workspace can be called `-`, so the path cannot conflict with one. */
export const TOKEN_REVOCATION_PATH = "/-/token-revocation";

/** A token has 192 characters; percent-encoded and within some JSON, it fits many times. */
export const REVOCATION_BODY_BYTES_MAX = 4 * 1024;

const readBody = bodyReader((Type) => Type.Object({ token: Type.String() }));

/**
 * `POST /-/token-revocation`: anybody who has found a token may revoke it. The token in the body is the proof; other
 * credentials are not read.
 *
 * The answer is the same whether the token was valid, was revoked before or never existed, so it does not reveal which
 * tokens exist. It is sent once the revocation is stored. Only a text that cannot be a token is refused, which its
 * sender can find out alone.
 */
export function registerTokenRevocation(server: FastifyInstance, ports: Ports): void {
  server.route({
    method: "POST",
    url: TOKEN_REVOCATION_PATH,
    bodyLimit: REVOCATION_BODY_BYTES_MAX,
    async handler(request, reply) {
      const text = new Secret((await readBody(request.body)).token.trim());
      // Checked before the database is queried, so that junk costs nothing.
      if (parsePasswordShape(text).kind !== "token" && !isRefreshToken(text))
        throw invalidField("token", "is not a whole token: it is of another kind, cut or mistyped");
      // No admission is required.
      const own = callerPorts(
        ports,
        { caller: ANONYMOUS, requirements: [] },
        {
          address: clientAddress(request, ports.config),
          baseUrls: publicBaseUrlsOf(ports),
          signal: goneSignal(request, reply),
        },
      );
      if (isRefreshToken(text)) await revokeRefreshToken(own.ports, own.by, text);
      else {
        const token = await revokeTokenByText(own.ports, own.by, text);
        if (token !== undefined) request.notes["token.id"] = token.uuid;
      }
      return reply.code(204).header("content-type", "text/html; charset=utf-8").send();
    },
  });
  server.route({
    method: ["GET", "PUT", "DELETE", "PATCH"],
    url: TOKEN_REVOCATION_PATH,
    handler() {
      throw new Failure("operation-unsupported", "Method not allowed", { detail: "Allowed: POST" });
    },
  });
}
