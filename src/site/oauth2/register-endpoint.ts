import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { authenticateConsumer } from "../../authentication/oauth/authenticate-consumer.ts";
import { callerPorts } from "../../authorization/caller-ports.ts";
import { publicBaseUrlsOf } from "../../config/public-base-urls.ts";
import { clientAddress } from "../../http/server/client-address.ts";
import { goneSignal } from "../../http/server/gone-signal.ts";
import { ANONYMOUS } from "../../model/caller.ts";
import { Failure } from "../../model/failure.ts";
import type { OauthConsumer } from "../../model/oauth-consumer.ts";
import type { By, Ports } from "../../ports.ts";
import { NO_STORE } from "./answer-errors.ts";
import { OAUTH_BODY_BYTES_MAX, readOauthForm } from "./oauth-form.ts";

/** What an endpoint is given. Who asks is a consumer or an app, which no permission is asked of: what it has was granted to it. */
export type OauthRequest = {
  readonly form: URLSearchParams;
  readonly authorization: string | undefined;
  readonly by: By;
  readonly request: FastifyRequest;
  /** @throws OauthRefusal without its right credentials. */
  authenticateConsumer(): Promise<OauthConsumer>;
};

/** Registers an endpoint that programs POST forms to. */
export function registerEndpoint(
  server: FastifyInstance,
  ports: Ports,
  url: string,
  handle: (ports: Ports, request: OauthRequest) => Promise<unknown>,
): void {
  server.route({
    method: "POST",
    url,
    bodyLimit: OAUTH_BODY_BYTES_MAX,
    async handler(request, reply) {
      const form = readOauthForm(request);
      const own = callerPorts(
        ports,
        { caller: ANONYMOUS, requirements: [] },
        {
          address: clientAddress(request, ports.config),
          baseUrls: publicBaseUrlsOf(ports),
          signal: goneSignal(request, reply),
        },
      );
      const { authorization } = request.headers;
      const answer = await handle(own.ports, {
        form,
        authorization,
        by: own.by,
        request,
        async authenticateConsumer() {
          const consumer = await authenticateConsumer(ports, authorization, form);
          request.notes["oauth.consumer"] = consumer.key;
          return consumer;
        },
      });
      return sendJson(reply, answer);
    },
  });
  server.route({
    method: ["GET", "PUT", "DELETE", "PATCH"],
    url,
    handler(_request, reply) {
      reply.header("allow", "POST");
      throw new Failure("operation-unsupported", "Method not allowed", { detail: "Allowed: POST" });
    },
  });
}

/** Undefined: an empty body. */
function sendJson(reply: FastifyReply, answer: unknown): FastifyReply {
  reply.headers(NO_STORE);
  if (answer === undefined) return reply.send();
  return reply.header("content-type", "application/json; charset=utf-8").send(JSON.stringify(answer));
}
